//! What a page may not do to its reader, and what of it must stay.

use docs::markdown::{Alone, Options, render};
use docs::{Sanitizer, SanitizerRules};
use regex::Regex;

fn clean(html: &str) -> String {
    Sanitizer::default().clean(html)
}

#[test]
fn nothing_that_acts_stays() {
    for html in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\" java\tscript:alert(1)\">x</a>",
        "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
        "<iframe src=\"https://example.com\"></iframe>",
        "<form action=\"/x\"><button>go</button></form>",
        "<div hx-get=\"/x\" data-hx-get=\"/x\" data-island=\"editor\">x</div>",
        "<style>body{display:none}</style>",
        "<svg><script>alert(1)</script><a href=\"javascript:alert(1)\"><text>x</text></a></svg>",
        "<svg onload=alert(1)><use href=\"#x\"/><foreignObject><p>x</p></foreignObject></svg>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "<input type=\"text\" name=\"password\" onfocus=alert(1) autofocus>",
        "<base href=\"https://example.com/\"><meta http-equiv=\"refresh\" content=\"0;url=https://example.com\">",
        "<object data=\"x.swf\"></object><embed src=\"x.swf\">",
        "<svg><rect fill=\"url(https://example.com/x)\"/></svg>",
    ] {
        let safe = clean(html).to_lowercase();
        for bad in [
            "script",
            "onerror",
            "onload",
            "onfocus",
            "javascript:",
            "data:text",
            "<iframe",
            "<form",
            "<button",
            "hx-",
            "data-island",
            "<style",
            "<use",
            "foreignobject",
            "type=\"text\"",
            "<base",
            "<meta",
            "<object",
            "<embed",
            "url(https",
        ] {
            assert!(!safe.contains(bad), "{html} keeps {bad}: {safe}");
        }
    }
}

#[test]
fn styles_cannot_leave_their_place() {
    let safe = clean("<p style=\"position:fixed;inset:0;text-align:center;background:url(https://x.example)\">x</p>");
    assert_eq!(safe, "<p style=\"text-align:center\">x</p>");
}

#[test]
fn what_the_constructs_need_stays() {
    let source = "# T\n\n=== \"A\"\n    x\n\n- [x] done\n\n??? note \"N\"\n    y\n\n| a |\n|:-:|\n| 1 |\n\nz[^1] :smile:\n\n\
                  ```py title=\"f.py\" hl_lines=\"1\"\nx\n```\n\n[^1]: foot\n";
    let html = render(source, &Options::default(), &Alone).html;
    let safe = clean(&html);
    for part in [
        "id=\"t\"",
        "class=\"headerlink\"",
        "data-tabs=\"1:1\"",
        "type=\"radio\"",
        "for=\"__tabbed_1_1\"",
        "class=\"task-list-indicator\"",
        "type=\"checkbox\"",
        "<details class=\"note\">",
        "text-align:center",
        "id=\"fn:1\"",
        "class=\"emojione\"",
        "class=\"highlighttable\"",
        "class=\"filename\"",
        "class=\"hll\"",
    ] {
        assert!(safe.contains(part), "{part} is gone: {safe}");
    }
}

#[test]
fn a_portal_may_allow_more_but_never_scripts() {
    let sanitizer = Sanitizer::new(SanitizerRules {
        iframe_hosts: vec!["video.example".to_owned()],
        custom_elements: Some(Regex::new("^x-").unwrap()),
        custom_attributes: Some(Regex::new(".*").unwrap()),
        protocols: Some(Regex::new(".*").unwrap()),
    });
    let safe = sanitizer.clean(concat!(
        "<iframe src=\"https://video.example/1\"></iframe><iframe src=\"https://other.example/1\"></iframe>",
        "<x-chart kind=\"pie\" onclick=\"a()\" hx-get=\"/x\">c</x-chart>",
        "<a href=\"slack://open\">s</a><a href=\"javascript:a()\">j</a>"
    ));
    assert!(safe.contains("https://video.example/1") && !safe.contains("other.example"), "{safe}");
    assert!(safe.contains("<x-chart kind=\"pie\">c</x-chart>"), "{safe}");
    assert!(safe.contains("slack://open") && !safe.contains("javascript"), "{safe}");
}

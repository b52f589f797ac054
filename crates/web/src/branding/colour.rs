//! From one colour of an organisation to the accent tokens of both themes, each legible where the pages use it.

use super::File;

/// Red, green and blue.
type Rgb = [u8; 3];

const WHITE: Rgb = [255; 3];
const BLACK: Rgb = [0; 3];
/// Least contrast of text, WCAG 2.2 success criterion 1.4.3.
const LEGIBLE: f64 = 4.5;

/// The side of `light-dark()` a colour is for.
struct Side {
    /// `--paper` and `--ground` of `web/styles/0-tokens.css`.
    paper: Rgb,
    ground: Rgb,
    /// Text on the accent.
    on_accent: Rgb,
    /// Where to go for more contrast.
    away: Rgb,
    /// Share of the accent in its wash.
    wash: f64,
}

const LIGHT: Side = Side { paper: WHITE, ground: [0xf6, 0xf7, 0xf9], on_accent: WHITE, away: BLACK, wash: 0.08 };
const DARK: Side = Side {
    paper: [0x14, 0x16, 0x1b],
    ground: [0x0e, 0x10, 0x14],
    on_accent: [0x0e, 0x10, 0x14],
    away: WHITE,
    wash: 0.18,
};

/// The style sheet that sets the accent tokens; `None` where the organisation has no colour of its own.
pub fn theme(light: Option<Rgb>, dark: Option<Rgb>) -> Option<File> {
    let [light, dark] = [light.or(dark)?, dark.or(light)?];
    let (light, dark) = (LIGHT.tokens(light), DARK.tokens(dark));
    let mut css = String::from(":root {\n");
    for (name, at) in [("accent", 0), ("accent-strong", 1), ("accent-wash", 2), ("on-accent", 3)] {
        css += &format!("  --{name}: light-dark({}, {});\n", hex(light[at]), hex(dark[at]));
    }
    css += "}\n";
    Some(File::new("theme", "css", "text/css; charset=utf-8", css.into_bytes()))
}

impl Side {
    /// Accent, its stronger form, its wash, and what is written on it. The hue is the organisation's, the lightness is
    /// moved as far as reading needs.
    fn tokens(&self, colour: Rgb) -> [Rgb; 4] {
        let wash = mix(self.paper, colour, self.wash);
        let legible = |colour: Rgb| [self.paper, self.ground, wash].iter().all(|on| contrast(colour, *on) >= LEGIBLE);
        let steps = (0..=20).map(|step| mix(colour, self.away, f64::from(step) / 20.0));
        let accent = steps.into_iter().find(|colour| legible(*colour)).unwrap_or(self.away);
        [accent, mix(accent, self.away, 0.2), wash, self.on_accent]
    }
}

fn mix(from: Rgb, to: Rgb, share: f64) -> Rgb {
    let part = |at: usize| (f64::from(from[at]) * (1.0 - share) + f64::from(to[at]) * share).round() as u8;
    [part(0), part(1), part(2)]
}

/// Contrast ratio, as WCAG defines it.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: Rgb) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn hex(colour: Rgb) -> String {
    let [red, green, blue] = colour;
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_becomes_legible_in_both_themes() {
        for colour in [[255, 255, 0], [0, 0, 0], [255, 255, 255], [0, 170, 85], [59, 76, 202], [255, 0, 0]] {
            for side in [LIGHT, DARK] {
                let [accent, strong, wash, on_accent] = side.tokens(colour);
                for (text, on) in [(accent, side.paper), (accent, side.ground), (strong, wash), (on_accent, accent)] {
                    assert!(contrast(text, on) >= LEGIBLE, "{} on {} of {}", hex(text), hex(on), hex(colour));
                }
            }
        }
    }

    #[test]
    fn a_legible_colour_stays_as_it_is() {
        assert_eq!(LIGHT.tokens([59, 76, 202])[0], [59, 76, 202]);
    }

    #[test]
    fn the_grounds_are_those_of_the_tokens() {
        let tokens = include_str!("../../../../web/styles/0-tokens.css");
        for (name, light, dark) in [("paper", LIGHT.paper, DARK.paper), ("ground", LIGHT.ground, DARK.ground)] {
            let line = format!("--{name}: light-dark({}, {});", hex(light), hex(dark));
            assert!(tokens.contains(&line), "0-tokens.css lacks {line}");
        }
    }
}

//! The tree a page is built in: elements with text before their first child and a tail behind their end, as the
//! reference implementation has them. Its rules speak of "the tail of the last child", so a tree of text nodes would
//! make every one of them longer.

use std::borrow::Cow;

/// A node of a [`Dom`]; nodes are never freed before the whole page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(u32);

/// A piece of text. Atomic text is finished: no inline pattern looks at it again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    pub value: String,
    pub atomic: bool,
}

impl Text {
    pub fn atomic(value: impl Into<String>) -> Self {
        Self { value: value.into(), atomic: true }
    }

    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    pub fn is_blank(&self) -> bool {
        self.value.trim().is_empty()
    }
}

impl From<String> for Text {
    fn from(value: String) -> Self {
        Self { value, atomic: false }
    }
}

impl From<&str> for Text {
    fn from(value: &str) -> Self {
        value.to_owned().into()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub tag: Cow<'static, str>,
    pub attrs: Vec<(Cow<'static, str>, String)>,
    pub text: Text,
    pub tail: Text,
    pub children: Vec<NodeId>,
}

#[derive(Debug, Default)]
pub(crate) struct Dom {
    nodes: Vec<Node>,
}

impl Dom {
    pub fn new_node(&mut self, tag: impl Into<Cow<'static, str>>) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let (text, tail) = (Text::default(), Text::default());
        self.nodes.push(Node { tag: tag.into(), attrs: Vec::new(), text, tail, children: Vec::new() });
        id
    }

    /// A new last child.
    pub fn sub(&mut self, parent: NodeId, tag: impl Into<Cow<'static, str>>) -> NodeId {
        let id = self.new_node(tag);
        self.append(parent, id);
        id
    }

    pub fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub fn get_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }

    pub fn tag(&self, id: NodeId) -> &str {
        &self.get(id).tag
    }

    pub fn append(&mut self, parent: NodeId, child: NodeId) {
        self.get_mut(parent).children.push(child);
    }

    pub fn insert(&mut self, parent: NodeId, at: usize, child: NodeId) {
        let children = &mut self.get_mut(parent).children;
        let at = at.min(children.len());
        children.insert(at, child);
    }

    pub fn remove(&mut self, parent: NodeId, child: NodeId) {
        self.get_mut(parent).children.retain(|c| *c != child);
    }

    pub fn last_child(&self, id: NodeId) -> Option<NodeId> {
        self.get(id).children.last().copied()
    }

    pub fn first_child(&self, id: NodeId) -> Option<NodeId> {
        self.get(id).children.first().copied()
    }

    pub fn attr(&self, id: NodeId, name: &str) -> Option<&str> {
        self.get(id).attrs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn set_attr(&mut self, id: NodeId, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        let attrs = &mut self.get_mut(id).attrs;
        match attrs.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = value,
            None => attrs.push((name, value)),
        }
    }

    pub fn remove_attr(&mut self, id: NodeId, name: &str) -> Option<String> {
        let attrs = &mut self.get_mut(id).attrs;
        let at = attrs.iter().position(|(key, _)| key == name)?;
        Some(attrs.remove(at).1)
    }

    /// Adds `class` behind the classes that are there, once.
    pub fn add_class(&mut self, id: NodeId, class: &str) {
        let mut classes: Vec<&str> = self.attr(id, "class").unwrap_or_default().split_whitespace().collect();
        if !classes.contains(&class) {
            classes.push(class);
        }
        let classes = classes.join(" ");
        self.set_attr(id, "class", classes);
    }

    /// `id` and everything below it, in the order of the document.
    pub fn descendants(&self, id: NodeId) -> Vec<NodeId> {
        let mut all = Vec::new();
        let mut open = vec![id];
        while let Some(node) = open.pop() {
            all.push(node);
            open.extend(self.get(node).children.iter().rev());
        }
        all
    }

    /// The text of `id` and of everything below it.
    pub fn inner_text(&self, id: NodeId) -> String {
        let mut text = String::new();
        self.collect_text(id, &mut text);
        text
    }

    fn collect_text(&self, id: NodeId, into: &mut String) {
        let node = self.get(id);
        into.push_str(&node.text.value);
        for child in &node.children {
            self.collect_text(*child, into);
            into.push_str(&self.get(*child).tail.value);
        }
    }

    /// A copy of `id` with everything below it.
    pub fn deep_copy(&mut self, id: NodeId) -> NodeId {
        let mut node = self.get(id).clone();
        node.children = node.children.iter().map(|child| self.deep_copy(*child)).collect();
        let copy = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        copy
    }
}

//! Settings, each with its file and line.

use std::borrow::Cow;
use std::iter;
use std::path::Path;

use crate::model::config::line::{Line, LineReader, is_name, value};
use crate::model::config::section::{ParsedFile, Section};

#[derive(Debug, Clone)]
pub(super) struct Setting<'a> {
    /// As it is written. Capitals make no difference.
    pub(super) key: &'a str,
    /// Without comments, and with the lines that continue it.
    pub(super) value: Cow<'a, str>,
    pub(super) line: usize,
    /// The lines that continue it, and their numbers.
    pub(super) below: Vec<(usize, &'a str)>,
    path: &'a Path,
}

impl<'a> Setting<'a> {
    pub(super) fn is(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }

    /// Whether no SDK can have a setting of that name.
    pub(super) fn is_odd(&self) -> bool {
        !is_name(self.key)
    }

    /// Where it is written, as `path, line N`.
    pub(super) fn place(&self) -> String {
        format!("{}, line {}", self.path.display(), self.line)
    }

    /// A setting of the group that this one is, such as `endpoint_url` below `sts =`.
    pub(super) fn nested(&self, key: &str) -> Option<&str> {
        let lines = self.value.rsplit('\n');
        let mut settings = lines.filter_map(|line| line.split_once('='));
        let (_, value) = settings.find(|(name, _)| name.trim() == key)?;
        Some(value.trim())
    }

    /// The names of the settings of the group.
    pub(super) fn nested_names(&self) -> impl Iterator<Item = &str> {
        let settings = self.value.lines().filter_map(|line| line.split_once('='));
        settings.map(|(name, _)| name.trim())
    }

    fn continue_with(&mut self, line: usize, text: &'a str) {
        let value = self.value.to_mut();
        if !value.is_empty() {
            value.push('\n');
        }
        value.push_str(text);
        self.below.push((line, text));
    }
}

impl ParsedFile {
    /// The settings of a section in their order.
    pub(super) fn settings<'a>(&'a self, section: &Section) -> impl Iterator<Item = Setting<'a>> {
        let mut reader = LineReader::of_section(true);
        let text = self.text[section.body.clone()].split_inclusive('\n');
        let lines = text.map(move |line| reader.read(line));
        let lines = (section.line + 1..).zip(lines);
        let mut lines = lines.filter(|(_, line)| *line != Line::Empty).peekable();
        iter::from_fn(move || {
            let (number, Line::Setting { key, text }) = lines.next()? else {
                return None;
            };
            let mut setting = Setting {
                key,
                value: Cow::Borrowed(value(key, text)),
                line: number,
                below: Vec::new(),
                path: &self.path,
            };
            while let Some((number, Line::Continuation(text))) = lines.peek() {
                setting.continue_with(*number, text);
                lines.next();
            }
            Some(setting)
        })
    }
}

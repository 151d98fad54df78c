//! What the demo prints, and how it looks. Colours only where a terminal shows them.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

/// The first lines of a long answer that are shown.
const SHOWN: usize = 6;

/// stdout, with or without colours.
pub(crate) struct Page {
    colours: bool,
    /// What comes next begins a new paragraph.
    gap: Cell<bool>,
}

impl Page {
    pub(crate) fn new() -> Self {
        let unset = |name| std::env::var_os(name).is_none_or(|value| value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            colours: io::stdout().is_terminal() && unset("NO_COLOR") && !dumb,
            gap: Cell::new(false),
        }
    }

    /// A line that represents itself.
    pub(crate) fn text(&self, line: &str) -> io::Result<()> {
        writeln!(io::stdout(), "{line}")
    }

    pub(crate) fn heading(&self, text: &str) -> io::Result<()> {
        self.gap.set(false);
        let bold = self.style(Style::new().bold());
        writeln!(io::stdout(), "\n{bold}{text}{bold:#}\n")
    }

    /// A remark of the demo on what comes next: a comment, as a shell has it.
    pub(crate) fn remark(&self, text: &str) -> io::Result<()> {
        self.begin()?;
        self.comment(text)
    }

    /// A remark of the demo on what came last.
    pub(crate) fn note(&self, text: &str) -> io::Result<()> {
        self.gap.set(true);
        self.comment(text)
    }

    /// A command line as it is typed.
    pub(crate) fn command(&self, line: &str) -> io::Result<()> {
        self.begin()?;
        let bold = self.style(Style::new().bold().fg_color(Some(AnsiColor::Cyan.into())));
        writeln!(io::stdout(), "$ {bold}{line}{bold:#}")
    }

    /// What a command printed; long lists are cut.
    pub(crate) fn output(&self, text: &str) -> io::Result<()> {
        self.gap.set(true);
        write!(io::stdout(), "{}", shorten(text))
    }

    /// A question and what is typed as the answer.
    pub(crate) fn answer(&self, question: &str, answer: &str, remark: &str) -> io::Result<()> {
        let bold = self.style(Style::new().bold());
        write!(io::stdout(), "{question}{bold}{answer}{bold:#}  ")?;
        self.comment(remark)
    }

    fn begin(&self) -> io::Result<()> {
        if self.gap.take() {
            writeln!(io::stdout())?;
        }
        Ok(())
    }

    fn comment(&self, text: &str) -> io::Result<()> {
        let dim = self.style(Style::new().dimmed());
        for line in text.lines() {
            writeln!(io::stdout(), "{dim}# {line}{dim:#}")?;
        }
        Ok(())
    }
    fn style(&self, style: Style) -> Style {
        if self.colours { style } else { Style::new() }
    }
}

/// Cuts every long list of regions, a JSON document in `text` to its first lines and says how much there is.
fn shorten(text: &str) -> String {
    let mut shown = String::new();
    let mut document: Option<Vec<&str>> = None;
    for line in text.lines() {
        let lines = document.get_or_insert_default();
        lines.push(line);
        if lines[0] != "{" || line == "}" {
            shown.push_str(&shorten_document(lines));
            document = None;
        }
    }
    // A document that never ended is shown as it is.
    for line in document.unwrap_or_default() {
        shown.push_str(line);
        shown.push('\n');
    }
    shown
}

fn shorten_document(lines: &[&str]) -> String {
    let regions = lines.iter().filter(|line| line.contains("\"RegionName\""));
    let regions = regions.count();
    if lines.len() <= 2 * SHOWN || regions == 0 {
        return lines.join("\n") + "\n";
    }
    let first = lines[..=SHOWN].join("\n");
    format!("{first}\n        … ({regions} regions)\n}}\n")
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn only_long_documents_are_cut() {
        let short = "a\n\n{\n  \"Arn\": \"x\"\n}\nb\n";
        assert_eq!(shorten(short), short);
        let region = "        \"RegionName\": \"eu-west-1\"\n".repeat(20);
        let cut = shorten(&format!("a\n{{\n{region}}}\nb\n"));
        assert_eq!(cut.lines().count(), 11, "{cut}");
        assert!(cut.starts_with("a\n{\n") && cut.ends_with("… (20 regions)\n}\nb\n"));
        assert_eq!(shorten("{\n  1"), "{\n  1\n");
    }
}

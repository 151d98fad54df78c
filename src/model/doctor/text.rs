//! A report for people: a line for each check, and below it cause and remedy where it is not ok.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::model::doctor::check::{Check, Outcome};
use crate::model::doctor::report::Report;

/// How it is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextStyle {
    /// The columns of a terminal; without one, a line is as long as it is.
    pub(crate) width: Option<usize>,
    pub(crate) colours: bool,
    pub(crate) only_problems: bool,
}

/// How far the lines below a check are indented.
const INDENT: &str = "    ";
/// The width of the longest result, `not checked`.
const RESULT_COLUMNS: usize = 11;
/// From this width on, results have a column of their own.
const TWO_COLUMN_WIDTH: usize = 60;

impl Report {
    pub(crate) fn to_text(&self, look: TextStyle) -> String {
        let shown = |check: &&Check| !look.only_problems || check.outcome != Outcome::Ok;
        let checks = self.0.iter().filter(shown);
        checks.map(|check| check.to_text(look)).collect()
    }
}

impl Check {
    fn to_text(&self, look: TextStyle) -> String {
        let (sign, result) = (self.outcome.sign(), self.outcome.in_words());
        let is_wide = look.width.is_none_or(|width| width >= TWO_COLUMN_WIDTH);
        let columns = if is_wide { RESULT_COLUMNS } else { 0 };
        let head = format!("{sign} {result:columns$}");
        let line = format!("{head}  {}: {}", self.label(), self.what);
        let mut lines = wrapped(&line, look.width);
        if look.colours {
            let style = Style::new().fg_color(Some(self.outcome.colour().into()));
            let rest = lines.split_off(head.len());
            lines = format!("{style}{lines}{style:#}{rest}");
        }
        lines.push('\n');
        if let Some(problem) = &self.problem {
            let cause = format!("{INDENT}cause:  {}", problem.cause);
            // A remedy is to be copied: the terminal may break it, mfaexec does not.
            let _ = writeln!(lines, "{}", wrapped(&cause, look.width));
            let _ = writeln!(lines, "{INDENT}remedy: {}", problem.remedy);
        }
        lines
    }
}

impl Outcome {
    fn sign(self) -> char {
        match self {
            Self::Ok => '+',
            Self::Warning => '!',
            Self::Failed => 'x',
            Self::NotChecked => '?',
        }
    }

    fn colour(self) -> AnsiColor {
        match self {
            Self::Ok => AnsiColor::Green,
            Self::Warning => AnsiColor::Yellow,
            Self::Failed => AnsiColor::Red,
            Self::NotChecked => AnsiColor::Cyan,
        }
    }
}

/// A line on as many lines as its words need; those after the first one are indented.
fn wrapped(line: &str, width: Option<usize>) -> String {
    let Some(width) = width.filter(|width| line.width() > *width) else {
        return line.to_owned();
    };
    // Blanks at its beginning, and those that make columns, stay.
    let head = line.len() - line.trim_start().len();
    let mut text = line[..head].to_owned();
    let mut used = head;
    let mut is_first = true;
    for word in line[head..].split(' ') {
        let fits = used + 1 + word.width() <= width;
        if is_first {
            is_first = false;
        } else if fits || word.is_empty() {
            text.push(' ');
            used += 1;
        } else {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text.push_str(INDENT);
            used = INDENT.len();
        }
        text.push_str(word);
        used += word.width();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::failure::secrets::Secrets;

    fn report() -> Report {
        let checks = vec![
            Check::ok("key", "it works"),
            Check::warning(
                "key_age",
                "the key AKIAIOSFODNN7EXAMPLE is 120 days old",
                "a key that is older than 90 days has been in more places than you know",
                "mfaexec keys rotate -p testuser --and-more-words",
            ),
            Check::not_checked("clock", "the clock", "offline", "go online"),
        ];
        Report::new(checks, &Secrets::default())
    }

    fn text(width: Option<usize>) -> String {
        report().to_text(TextStyle {
            width,
            colours: false,
            only_problems: false,
        })
    }

    #[test]
    fn a_check_is_a_line_where_no_terminal_limits_it() {
        let text = text(None);
        assert!(text.starts_with("+ ok           key: it works\n! warning      key age: the key"));
        assert!(text.contains("\n    cause:  a key that is older"), "{text}");
        assert!(text.contains("\n? not checked  clock: the clock\n"));
        assert_eq!(text.lines().count(), 7);
    }

    #[test]
    fn lines_fit_a_terminal_and_remedies_stay_whole() {
        for width in [20, 40, 60, 80] {
            let text = text(Some(width));
            let is_remedy = |line: &&str| line.starts_with("    remedy: ");
            let others = text.lines().filter(|line| !is_remedy(line));
            // A word that is longer than a line has one of its own.
            let fits = |line: &str| line.width() <= width || line.trim().split(' ').count() == 1;
            for line in others {
                assert!(fits(line), "{width}: {line:?}");
            }
            assert!(
                text.contains("    remedy: mfaexec keys rotate -p testuser --and-more-words\n")
            );
        }
    }

    #[test]
    fn colours_add_nothing_but_colours() {
        let look = TextStyle {
            width: Some(40),
            colours: true,
            only_problems: true,
        };
        let text = report().to_text(look);
        assert!(text.contains("\u{1b}[33m! warning\u{1b}[0m"), "{text:?}");
        assert!(!text.contains("it works"));
    }
}

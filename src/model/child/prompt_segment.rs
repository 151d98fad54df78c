//! The sign of a session in a shell's prompt: profile and time left.

use crate::model::child::shell::Shell;
use crate::model::time::in_words;

/// Seconds below which the time left is a warning.
pub(crate) const WARN_SECONDS: u64 = 10 * 60;

/// What the sign says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// No one knows when the session ends.
    Unknown,
    /// Seconds.
    Seconds(u64),
    Ended,
    /// It does not matter: commands use other keys.
    Overridden,
}

impl Left {
    /// Of a session whose end is known.
    pub(crate) fn of(seconds: u64) -> Self {
        match seconds {
            0 => Self::Ended,
            left => Self::Seconds(left),
        }
    }
}

/// The sign as a part of the shell's prompt. Whatever the profile is called, it means nothing to the
/// shell's language.
pub(crate) fn segment(shell: Shell, profile: &str, left: Left, colours: bool) -> String {
    let (text, colour) = words(profile, left);
    let mark = mark(shell);
    match colour {
        Some(colour) if colours => format!("{mark}{} {mark}", colour.around(&text, shell)),
        _ => format!("{mark}{text} {mark}"),
    }
}

/// The sign for what shows the output of a program: a prompt that has `$(mfaexec prompt)` in it, or a
/// status line.
pub(crate) fn sign(reader: PromptHost, profile: &str, left: Left, colours: bool) -> String {
    let (text, colour) = words(profile, left);
    let text = match colour {
        Some(colour) if colours => colour.for_reader(&text, reader),
        _ => text,
    };
    match reader {
        // Some take the end of the line away, and others show it.
        PromptHost::Tmux | PromptHost::Plain => text + "\n",
        _ => text + " ",
    }
}

/// What shows the sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PromptHost {
    Bash,
    Zsh,
    /// Shells that find out the width of what a program prints by themselves.
    Fish,
    Sh,
    Tmux,
    Plain,
}

fn words(profile: &str, left: Left) -> (String, Option<Colour>) {
    let profile: String = profile.chars().map(harmless).collect();
    match left {
        Left::Unknown => (format!("({profile})"), None),
        Left::Ended => (format!("({profile} expired)"), Some(Colour::Red)),
        Left::Overridden => (format!("({profile} overridden)"), Some(Colour::Red)),
        Left::Seconds(left) if left < WARN_SECONDS => (
            format!("({profile} only {})", short(left)),
            Some(Colour::Yellow),
        ),
        Left::Seconds(left) => (format!("({profile} {})", short(left)), None),
    }
}

/// What is around the sign in a prompt that keeps it as a text: as wide as nothing, and such as
/// no one else writes it.
fn mark(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => r"\[\]\[\]",
        Shell::Zsh => "%{%}%{%}",
        Shell::Fish | Shell::Sh | Shell::Nu => "",
    }
}

/// Prompts have a language of their own: `%`, `\`, `$`, `!` and quotes.
fn harmless(c: char) -> char {
    match c {
        c if c.is_alphanumeric() => c,
        '-' | '_' | '.' | ':' | '/' | '@' | '+' | '=' | ',' | ' ' => c,
        _ => '?',
    }
}

/// Minutes, but in the last one seconds.
fn short(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        _ => in_words(seconds),
    }
}

#[derive(Clone, Copy)]
enum Colour {
    Red,
    Yellow,
}

impl Colour {
    fn names(self) -> (u8, &'static str) {
        match self {
            Self::Red => (31, "red"),
            Self::Yellow => (33, "yellow"),
        }
    }

    fn for_reader(self, text: &str, reader: PromptHost) -> String {
        let (number, name) = self.names();
        match reader {
            // What \[ and \] mean is decided before a program's output comes in: these are what they
            // become (readline.h, RL_PROMPT_START_IGNORE).
            PromptHost::Bash => {
                format!("\u{1}\u{1b}[{number}m\u{2}{text}\u{1}\u{1b}[0m\u{2}")
            }
            PromptHost::Zsh => self.around(text, Shell::Zsh),
            PromptHost::Fish => self.around(text, Shell::Fish),
            PromptHost::Tmux => format!("#[fg={name}]{text}#[default]"),
            PromptHost::Sh | PromptHost::Plain => text.to_owned(),
        }
    }

    fn around(self, text: &str, shell: Shell) -> String {
        let (number, name) = self.names();
        match shell {
            // Between these bash counts no columns.
            Shell::Bash => format!(r"\[\e[{number}m\]{text}\[\e[0m\]"),
            Shell::Zsh => format!("%F{{{name}}}{text}%f"),
            Shell::Fish | Shell::Nu => format!("\u{1b}[{number}m{text}\u{1b}[0m"),
            // There is no way to say it that every such shell counts right.
            Shell::Sh => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_down_warns_and_ends() {
        let of = |left| segment(Shell::Sh, "prod", left, true);
        assert_eq!(of(Left::Seconds(14_399)), "(prod 4h) ");
        assert_eq!(of(Left::Seconds(3_599)), "(prod 59m) ");
        assert_eq!(of(Left::Seconds(600)), "(prod 10m) ");
        assert_eq!(of(Left::Seconds(599)), "(prod only 9m) ");
        assert_eq!(of(Left::Seconds(59)), "(prod only 59s) ");
        assert_eq!(of(Left::Ended), "(prod expired) ");
        assert_eq!(of(Left::Overridden), "(prod overridden) ");
        assert_eq!(of(Left::Unknown), "(prod) ");
    }

    #[test]
    fn colours_are_said_in_the_shells_language() {
        let of = |shell| segment(shell, "p", Left::Ended, true);
        let marked = r"\[\]\[\]\[\e[31m\](p expired)\[\e[0m\] \[\]\[\]";
        assert_eq!(of(Shell::Bash), marked);
        assert_eq!(of(Shell::Zsh), "%{%}%{%}%F{red}(p expired)%f %{%}%{%}");
        assert_eq!(of(Shell::Fish), "\u{1b}[31m(p expired)\u{1b}[0m ");
        assert_eq!(
            segment(Shell::Fish, "p", Left::Ended, false),
            "(p expired) "
        );
    }

    #[test]
    fn each_reader_has_its_own_colours() {
        let of = |reader| sign(reader, "p", Left::Ended, true);
        assert_eq!(
            of(PromptHost::Bash),
            "\u{1}\u{1b}[31m\u{2}(p expired)\u{1}\u{1b}[0m\u{2} "
        );
        assert_eq!(of(PromptHost::Zsh), "%F{red}(p expired)%f ");
        assert_eq!(of(PromptHost::Fish), "\u{1b}[31m(p expired)\u{1b}[0m ");
        assert_eq!(of(PromptHost::Sh), "(p expired) ");
        assert_eq!(of(PromptHost::Tmux), "#[fg=red](p expired)#[default]\n");
        assert_eq!(of(PromptHost::Plain), "(p expired)\n");
        let plain = sign(PromptHost::Tmux, "a#[b]", Left::Unknown, false);
        assert_eq!(plain, "(a??b?)\n");
    }

    #[test]
    fn a_name_is_no_code() {
        let name = "$(id)`id`%n\\u!1'\"é東";
        let shown = segment(Shell::Sh, name, Left::Unknown, true);
        assert_eq!(shown, "(??id??id??n?u?1??é東) ");
    }
}

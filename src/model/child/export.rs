//! What a run gives to its command, as text for other programs: each format has one reader, which
//! gets every value back byte for byte. What a format cannot say is refused.

use crate::error::{Error, Result};
use crate::model::child::env::to_restore;
use crate::model::child::shell::{Changes, FOR_PROMPTS, IN_SHELL, Shell, is_variable};
use crate::model::environment::Environment;
use crate::model::session::Session;
use crate::model::settings::Settings;

/// What the text is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// A POSIX shell, bash or zsh.
    #[default]
    Env,
    Json,
    /// python-dotenv; where no value needs quotes, every reader of `.env` files.
    Dotenv,
    /// `docker run --env-file`.
    Docker,
    Fish,
    Nu,
    Powershell,
}

impl Format {
    pub(crate) const ALL: [Self; 7] = [
        Self::Env,
        Self::Json,
        Self::Dotenv,
        Self::Docker,
        Self::Fish,
        Self::Nu,
        Self::Powershell,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Json => "json",
            Self::Dotenv => "dotenv",
            Self::Docker => "docker",
            Self::Fish => "fish",
            Self::Nu => "nu",
            Self::Powershell => "powershell",
        }
    }

    /// Whether its reader is a shell: it can unset variables, and mfaexec can run in it.
    fn is_shell(self) -> bool {
        !matches!(self, Self::Json | Self::Dotenv | Self::Docker)
    }

    /// The text that makes these changes.
    ///
    /// # Errors
    /// The format cannot say a value.
    pub(crate) fn text(self, changes: &Changes) -> Result<String> {
        if self == Self::Json {
            let set = set(changes).map(|(name, value)| (name.to_owned(), value.into()));
            let object: serde_json::Map<String, serde_json::Value> = set.collect();
            return Ok(format!("{:#}\n", serde_json::Value::from(object)));
        }
        let mut text = String::new();
        for (name, value) in set(changes) {
            let line = self.assignment(name, value);
            text += &line.map_err(|cause| self.refusal(name, &cause))?;
            text.push('\n');
        }
        for (name, _) in changes.iter().filter(|(_, value)| value.is_none()) {
            let Some(line) = self.removal(name) else {
                break;
            };
            text += &line;
            text.push('\n');
        }
        Ok(text)
    }

    fn assignment(self, name: &str, value: &str) -> std::result::Result<String, String> {
        if value.contains('\0') {
            return Err("it has a NUL".to_owned());
        }
        Ok(match self {
            Self::Env => format!("export {name}={}", Shell::Sh.quoted(value)),
            Self::Fish => format!("set -gx {name} {}", Shell::Fish.quoted(value)),
            Self::Nu => format!("$env.{name} = {}", nu(value)),
            Self::Powershell => format!("$env:{name} = {}", powershell(value)?),
            Self::Dotenv => format!("{name}={}", dotenv(value)?),
            Self::Docker => docker(name, value)?,
            Self::Json => String::new(),
        })
    }

    fn removal(self, name: &str) -> Option<String> {
        Some(match self {
            Self::Env => format!("unset {name}"),
            // A universal variable is the user's in all shells, and is let alone.
            // Nothing to erase is no failure.
            Self::Fish => format!("set -eg {name}; or true"),
            Self::Nu => format!("hide-env --ignore-errors {name}"),
            Self::Powershell => format!("Remove-Item -ErrorAction Ignore Env:{name}"),
            Self::Json | Self::Dotenv | Self::Docker => return None,
        })
    }

    fn refusal(self, name: &str, cause: &str) -> Error {
        Error::new(
            format!("the format {} cannot hold {name}", self.name()),
            cause,
            "choose another --format, or run the command itself: mfaexec [OPTIONS] -- COMMAND",
        )
    }
}

fn set(changes: &Changes) -> impl Iterator<Item = (&str, &str)> {
    changes
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)))
}

/// What has to change in the environment `caller` so that it becomes that of a run's command,
/// `child`. A shell may be another one than the caller, so variables that lead to other credentials
/// are unset whether the caller has them or not. Programs get variables of AWS only: what mfaexec
/// writes down for itself is for a run inside.
pub(crate) fn changes(
    format: Format,
    caller: &Environment,
    child: &Environment,
    session: &Session,
    settings: &Settings,
) -> Changes {
    let mut changes = to_restore(child, session, settings);
    let gone = caller.names().into_iter();
    let gone = gone.filter(|name| child.get(name).is_none());
    changes.extend(gone.map(|name| (name, None)));
    // An mfaexec shell stays one: by these it sees that its keys were replaced, and says so.
    let of_shell = |name: &str| name == IN_SHELL || FOR_PROMPTS.contains(&name);
    changes.retain(|(name, _)| !of_shell(name));
    // A name of an environment or of a config file may be anything; one in a shell's code may not.
    changes.retain(|(name, _)| is_variable(name));
    if !format.is_shell() {
        changes.retain(|(name, _)| name.starts_with("AWS_"));
    }
    changes.sort();
    changes.dedup();
    changes
}

/// A string of Nushell: in double quotes, with `\u{…}` for what cannot be seen.
fn nu(value: &str) -> String {
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted += &format!("\\u{{{:x}}}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A verbatim string of PowerShell, in which a quote is doubled. Typographic quotes are quotes there
/// (about_Quoting_Rules). A line break is not written as one: text that goes through a pipe comes
/// out as lines, with the line ends of the system.
fn powershell(value: &str) -> std::result::Result<String, String> {
    if value.is_empty() {
        return Err("it is empty, which removes a variable in PowerShell".to_owned());
    }
    let mut quoted = String::from("'");
    for c in value.chars() {
        match c {
            '\'' | '\u{2018}'..='\u{201b}' => quoted.extend([c, c]),
            c if c.is_control() => quoted += &format!("' + [char]{} + '", u32::from(c)),
            c => quoted.push(c),
        }
    }
    Ok(quoted + "'")
}

/// A value for python-dotenv. Without quotes where all readers agree on it; else in single quotes,
/// with control characters in double ones.
fn dotenv(value: &str) -> std::result::Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:+=@,-".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return Ok(value.to_owned());
    }
    if value.contains("${") {
        return Err("it has ${, which python-dotenv replaces in all quotes".to_owned());
    }
    if !value.contains(char::is_control) {
        let value = value.replace('\\', r"\\").replace('\'', r"\'");
        return Ok(format!("'{value}'"));
    }
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted += r"\n",
            '\r' => quoted += r"\r",
            '\t' => quoted += r"\t",
            c => quoted.push(c),
        }
    }
    Ok(quoted + "\"")
}

/// Docker takes everything behind the `=` as it is, and reads lines with a scanner of Go that has
/// room for 64 KiB.
fn docker(name: &str, value: &str) -> std::result::Result<String, String> {
    const LONGEST_LINE: usize = 64 * 1024 - 1;
    let line = format!("{name}={value}");
    if value.contains('\n') {
        return Err("it has a line break, and each value is one line".to_owned());
    }
    if value.ends_with('\r') {
        return Err("it ends with a carriage return, which docker drops".to_owned());
    }
    if line.len() >= LONGEST_LINE {
        return Err("it is longer than a line that docker reads".to_owned());
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(format: Format, value: &str) -> Result<String> {
        let changes = vec![
            ("A".to_owned(), Some(value.to_owned())),
            ("B".to_owned(), None),
        ];
        format.text(&changes)
    }

    #[test]
    fn a_shell_unsets_what_a_file_cannot() {
        let of = |format| text(format, "v").unwrap_or_default();
        assert_eq!(of(Format::Env), "export A='v'\nunset B\n");
        assert_eq!(of(Format::Fish), "set -gx A 'v'\nset -eg B; or true\n");
        assert_eq!(
            of(Format::Nu),
            "$env.A = \"v\"\nhide-env --ignore-errors B\n"
        );
        assert_eq!(
            of(Format::Powershell),
            "$env:A = 'v'\nRemove-Item -ErrorAction Ignore Env:B\n"
        );
        assert_eq!(of(Format::Dotenv), "A=v\n");
        assert_eq!(of(Format::Docker), "A=v\n");
        assert_eq!(of(Format::Json), "{\n  \"A\": \"v\"\n}\n");
    }

    /// No interpreter of PowerShell is among the programs of the tests.
    #[test]
    fn powershell_gets_its_quotes_doubled_and_no_line_breaks() {
        let quoted = powershell("it's \u{2019}$env:X` \"\n\u{1b}");
        let expected = "'it''s \u{2019}\u{2019}$env:X` \"' + [char]10 + '' + [char]27 + ''";
        assert_eq!(quoted.as_deref(), Ok(expected));
        assert!(powershell("").is_err());
    }

    #[test]
    fn what_a_format_cannot_hold_is_refused() {
        let refused = |format, value: &str| text(format, value).is_err();
        for value in ["a\nb", "a\r"] {
            assert!(refused(Format::Docker, value), "{value:?}");
            assert!(!refused(Format::Dotenv, value), "{value:?}");
        }
        assert!(refused(Format::Docker, &"x".repeat(65_536)));
        assert!(!refused(Format::Docker, &"x".repeat(60_000)));
        assert!(refused(Format::Dotenv, "${HOME}"));
        for format in Format::ALL.into_iter().filter(|f| *f != Format::Json) {
            assert!(refused(format, "\0"), "{format:?}");
        }
    }
}

//! Interactive shells: which ones mfaexec knows, how each is started so that it reads a file of
//! mfaexec's after the user's own, and the code that changes its variables.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::Path;

use crate::model::environment::Environment;
use crate::model::vars::rival_prefixes;

/// Tells a shell of mfaexec's what it has: see [`ShellContext`](crate::model::child::shell_context::ShellContext).
pub(crate) const IN_SHELL: &str = "MFAEXEC_SHELL";
/// What starship's `aws` module looks at; nothing else does. It reads `AWS_PROFILE`, too, which
/// would send SDKs away from the session.
pub(crate) const FOR_PROMPTS: [&str; 2] = ["AWSU_PROFILE", "AWS_SESSION_EXPIRATION"];

/// The user's ZDOTDIR, while zsh reads its first file.
const OWN_ZDOTDIR: &str = "MFAEXEC_ZDOTDIR";
/// The user's ENV, while a POSIX shell starts.
const OWN_ENV: &str = "MFAEXEC_ENV";

/// A shell that mfaexec can put a sign into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    /// A POSIX shell: it reads the file that ENV names, and expands its prompt.
    Sh,
    Nu,
}

/// Variables to be set, and to be unset where there is no value.
pub(crate) type Changes = Vec<(String, Option<String>)>;

/// What mfaexec keeps in variables of the shell's own, which no command inherits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Where mfaexec is.
    pub program: String,
    /// The line that renews the session in this shell; empty if none can.
    pub renew: String,
    /// What the sign calls the session.
    pub name: String,
    /// Whether the prompt gets a sign.
    pub prompt: bool,
}

impl Shell {
    /// The programs, by the names of their files. The first name of a shell is its own.
    pub(crate) const PROGRAMS: [(&str, Self); 7] = [
        ("bash", Self::Bash),
        ("zsh", Self::Zsh),
        ("fish", Self::Fish),
        ("nu", Self::Nu),
        ("sh", Self::Sh),
        ("dash", Self::Sh),
        ("ash", Self::Sh),
    ];

    pub(crate) fn of_program(program: &OsStr) -> Option<Self> {
        let name = Path::new(program).file_name()?;
        let known = Self::PROGRAMS.iter().find(|(known, _)| name == *known);
        known.map(|(_, shell)| *shell)
    }

    /// Whether it reads its files where its standard streams are as they are: each has a rule of its
    /// own of who is a person.
    pub(crate) fn reads_files(self, stdin_is_terminal: bool, stderr_is_terminal: bool) -> bool {
        match self {
            Self::Bash | Self::Sh => stdin_is_terminal && stderr_is_terminal,
            Self::Nu => stdin_is_terminal,
            Self::Zsh | Self::Fish => true,
        }
    }

    /// Its name between mfaexec and the files that it reads.
    pub(crate) fn name(self) -> &'static str {
        let mut known = Self::PROGRAMS.into_iter();
        let own = known.find(|(_, shell)| *shell == self);
        own.map_or("sh", |(name, _)| name)
    }

    /// The files that it reads, below the directory for them: name and text. They hold no secret
    /// and are the same for everybody.
    pub(crate) fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Bash => &[("mfaexec.bash", include_str!("shell/init.bash"))],
            Self::Zsh => &[
                (".zshenv", include_str!("shell/zshenv.zsh")),
                (".zshrc", include_str!("shell/zshrc.zsh")),
            ],
            Self::Fish => &[("mfaexec.fish", include_str!("shell/init.fish"))],
            Self::Sh => &[("mfaexec.sh", include_str!("shell/init.sh"))],
            Self::Nu => &[("mfaexec.nu", include_str!("shell/init.nu"))],
        }
    }

    /// The arguments with which it reads those files in `directory`; what it has to find in its
    /// environment for that is set in `env`.
    pub(crate) fn start(self, directory: &Path, env: &mut Environment) -> Vec<OsString> {
        let file = directory.join(self.files()[0].0);
        let mut instead = |name: &str, own: &str, value: &Path| {
            match env.get(name).map(OsStr::to_owned) {
                Some(theirs) => env.set(own, theirs),
                None => env.remove(own),
            }
            env.set(name, value);
        };
        match self {
            Self::Bash => return vec!["--rcfile".into(), file.into()],
            Self::Zsh => instead("ZDOTDIR", OWN_ZDOTDIR, directory),
            Self::Sh => instead("ENV", OWN_ENV, &file),
            Self::Fish => return vec!["--init-command".into(), self.source(&file)],
            Self::Nu => return vec!["--execute".into(), self.source(&file)],
        }
        Vec::new()
    }

    fn source(self, file: &Path) -> OsString {
        let mut line = OsString::from("source ");
        match (self, file.to_str()) {
            (_, Some(file)) => line.push(self.quoted(file)),
            (_, None) => line.push(file),
        }
        line
    }

    /// A text as one word of the shell's language, whatever is in it.
    pub(crate) fn quoted(self, text: &str) -> String {
        match self {
            Self::Bash | Self::Zsh | Self::Sh => format!("'{}'", text.replace('\'', r"'\''")),
            Self::Fish => format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'")),
            Self::Nu => serde_json::Value::from(text).to_string(),
        }
    }

    /// Code that makes the changes to the environment. For nu, which runs no code that it is
    /// given, an object in JSON.
    pub(crate) fn changes(self, changes: &Changes, own: &[(&str, String)]) -> String {
        if self == Self::Nu {
            let names = |set: bool| {
                changes
                    .iter()
                    .filter(move |(_, value)| value.is_some() == set)
            };
            let set: serde_json::Map<_, _> = names(true)
                .map(|(name, value)| (name.clone(), value.clone().into()))
                .collect();
            let unset: Vec<_> = names(false).map(|(name, _)| name.as_str()).collect();
            let own: serde_json::Map<_, _> = own
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone().into()))
                .collect();
            return serde_json::json!({ "set": set, "unset": unset, "own": own }).to_string();
        }
        let mut code = String::new();
        let fish = self == Self::Fish;
        // With a backslash nothing is an alias of the user's. A POSIX shell breaks off where a
        // special builtin fails, unless it is called like this; for zsh it would be another program.
        let posix = match self {
            Self::Sh => r"\command ",
            _ => r"\",
        };
        for (name, value) in own {
            let value = self.quoted(value);
            // Writing into a string does not fail.
            let _ = match fish {
                false => writeln!(code, "__mfaexec_{name}={value}"),
                true => writeln!(code, "set -g __mfaexec_{name} {value}"),
            };
        }
        for (name, value) in changes {
            let value = value.as_deref().map(|value| self.quoted(value));
            // What the user has made readonly is no reason to leave the rest undone, or the shell.
            // Writing into a string does not fail.
            let _ = match (value, fish) {
                (Some(value), false) => writeln!(code, "{posix}export {name}={value} || :"),
                (Some(value), true) => writeln!(code, "set -gx {name} {value}"),
                (None, false) => writeln!(code, "{posix}unset {name} || :"),
                (None, true) => writeln!(code, "set -eg {name}; or true"),
            };
        }
        code
    }

    /// Code that unsets all exported variables whose names begin with `prefix`. nu has it in its file.
    fn unset_all(self, prefix: &str) -> String {
        match self {
            Self::Bash => format!("\\unset \"${{!{prefix}@}}\" || :\n"),
            Self::Zsh => format!("\\unset -m '{prefix}*' || :\n"),
            Self::Fish => format!(
                "for __mfaexec_rival in (set -gxn | string match '{prefix}*'); \
                 set -eg $__mfaexec_rival; end\n"
            ),
            // No expansion of such a shell finds names.
            Self::Sh => format!(
                "for __mfaexec_rival in $(\\command env | \
                 \\command sed -n 's/^\\({prefix}[A-Za-z0-9_]*\\)=.*/\\1/p'); \
                 do \\command unset \"$__mfaexec_rival\" || :; done\n"
            ),
            Self::Nu => String::new(),
        }
    }

    /// The code for [`RESTORE`](crate::model::vars::RESTORE).
    pub(crate) fn restore(self, changes: &Changes, marks: &Marks) -> String {
        let prompt = if marks.prompt { "yes" } else { "" };
        let own = [
            ("program", marks.program.clone()),
            ("renew", marks.renew.clone()),
            ("name", marks.name.clone()),
            ("prompt", prompt.to_owned()),
        ];
        let code = self.changes(changes, &own);
        rival_prefixes().fold(code, |code, prefix| code + &self.unset_all(prefix))
    }
}

/// Whether `name` can be a variable in every shell: some names of an environment cannot.
pub(crate) fn is_variable(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.first().is_some_and(|first| !first.is_ascii_digit())
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_text_is_one_word_in_each_language() {
        let text = r#"a'b\c "$(d)""#;
        assert_eq!(Shell::Bash.quoted(text), r#"'a'\''b\c "$(d)"'"#);
        assert_eq!(Shell::Fish.quoted(text), r#"'a\'b\\c "$(d)"'"#);
        assert_eq!(Shell::Nu.quoted(text), r#""a'b\\c \"$(d)\"""#);
    }

    #[test]
    fn changes_set_and_unset() {
        let changes = vec![
            ("A".to_owned(), Some("1 2".to_owned())),
            ("B".to_owned(), None),
        ];
        let own = [("segment", "x".to_owned())];
        assert_eq!(
            Shell::Zsh.changes(&changes, &own),
            "__mfaexec_segment='x'\n\\export A='1 2' || :\n\\unset B || :\n"
        );
        assert_eq!(
            Shell::Fish.changes(&changes, &own),
            "set -g __mfaexec_segment 'x'\nset -gx A '1 2'\nset -eg B; or true\n"
        );
        let json: serde_json::Value =
            serde_json::from_str(&Shell::Nu.changes(&changes, &own)).unwrap_or_default();
        let expected = serde_json::json!({
            "set": { "A": "1 2" }, "unset": ["B"], "own": { "segment": "x" },
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn the_file_of_nu_knows_every_prefix_of_a_rival() {
        let [(_, file)] = Shell::Nu.files() else {
            unreachable!("it has one file");
        };
        assert!(rival_prefixes().all(|prefix| file.contains(prefix)));
    }

    #[test]
    fn a_shell_is_known_by_its_file_name() {
        let of = |program: &str| Shell::of_program(OsStr::new(program));
        assert_eq!(of("/usr/local/bin/fish"), Some(Shell::Fish));
        assert_eq!(of("dash"), Some(Shell::Sh));
        assert_eq!(of("/bin/xonsh"), None);
        assert_eq!(of("/"), None);
    }

    #[test]
    fn what_the_user_has_set_is_handed_on() {
        let mut env = Environment::new(vec!["ZDOTDIR=/own".into()]);
        assert!(Shell::Zsh.start(Path::new("/dir"), &mut env).is_empty());
        assert_eq!(env.text("ZDOTDIR").as_deref(), Some("/dir"));
        assert_eq!(env.text(OWN_ZDOTDIR).as_deref(), Some("/own"));
    }
}

//! A home with profiles, and shells in it that have loaded the committed scripts.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use rexpect::session::PtySession;
use tempfile::TempDir;

use crate::harness::{MFAEXEC, programs_path, terminal};
use crate::skipping::required;

/// Ctrl-G is bound to a function that prints the line between these.
const SHOW: &str = "\u{7}";

/// Where packages of bash-completion put it.
const BASH_COMPLETION: [&str; 3] = [
    "/usr/share/bash-completion/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/opt/homebrew/share/bash-completion/bash_completion",
];

/// bash completes the words of `mfaexec-dummy` by a function, those of `mfaexec-other` by a
/// program, which gets the line in its environment.
const BASHRC: &str = r#"
bind 'set show-all-if-ambiguous on'
bind 'set enable-bracketed-paste off'
bind 'set bell-style none'
bind 'set page-completions off'
bind -x '"\C-g": printf "<<%s>>\n" "$READLINE_LINE"'
source "$COMPLETIONS/mfaexec.bash"
_dummy() { COMPREPLY=($(compgen -W "alpha-$COMP_CWORD beta-$COMP_CWORD" -- "$2")); }
complete -F _dummy mfaexec-dummy
complete -C mfaexec-other mfaexec-other
complete -C aws_completer aws
PS1= PS2=
echo ready
"#;

const ZSHRC: &str = r#"
PS1= PS2=
setopt no_beep no_prompt_sp no_auto_menu
fpath=("$COMPLETIONS" $fpath)
autoload -Uz compinit
compinit -u -d "$HOME/.zcompdump"
_dummy() { compadd alpha-$((CURRENT - 1)) beta-$((CURRENT - 1)) }
compdef _dummy mfaexec-dummy
autoload -Uz bashcompinit
bashcompinit
complete -C aws_completer aws
show() { zle -I; print -r -- "<<$BUFFER>>" }
zle -N show
bindkey -e
bindkey '^G' show
print ready
"#;

const FISHRC: &str = r#"
set --prepend fish_complete_path $COMPLETIONS
complete --command mfaexec-dummy --no-files --arguments '(__dummy)'
complete --command aws --no-files --arguments '(__aws)'
function __aws
    set --local --export COMP_SHELL fish
    set --local --export COMP_LINE (commandline)
    aws_completer | string trim
end
function __dummy
    set -l at (count (commandline --current-process --tokenize --cut-at-cursor))
    echo alpha-$at
    echo beta-$at
end
complete --do-complete $argv[1]
"#;

const DUMMY_COMPLETER: &str = r#"#!/bin/sh
echo "line:$(echo "$COMP_LINE" | tr ' ' _):$COMP_POINT"
"#;

/// Whether a test can run that needs bash-completion.
pub(crate) fn bash_completion_wanted(test: &str) -> bool {
    required(bash_completion().is_some(), test, "bash-completion")
}

fn bash_completion() -> Option<&'static str> {
    BASH_COMPLETION
        .into_iter()
        .find(|path| Path::new(path).is_file())
}

/// A home with three profiles, a file and three programs.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self(
            tempfile::Builder::new()
                .prefix("mfaexec-test-")
                .tempdir()
                .unwrap(),
        );
        let path = home.path();
        fs::create_dir(path.join(".aws")).unwrap();
        let pilot = "role_arn = arn:aws:iam::123456789012:role/pilot\nregion = mars-north-1\n";
        fs::write(path.join(".aws/config"), format!("[profile play]\n{pilot}")).unwrap();
        for name in ["\"my work\"", "team:admin"] {
            home.add_profile(name);
        }
        fs::write(path.join("file one"), "").unwrap();

        fs::create_dir(path.join("bin")).unwrap();
        symlink(MFAEXEC, path.join("bin/mfaexec")).unwrap();
        for name in ["mfaexec-dummy", "mfaexec-other"] {
            let program = path.join("bin").join(name);
            fs::write(&program, DUMMY_COMPLETER).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        }
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn add_profile(&self, name: &str) {
        let config = fs::OpenOptions::new()
            .append(true)
            .open(self.path().join(".aws/config"));
        writeln!(config.unwrap(), "[profile {name}]\nregion = eu-central-1").unwrap();
    }

    /// A shell with an environment of which everything is known.
    fn command(&self, shell: &str) -> Command {
        let own = self.path().join("bin");
        let mut command = Command::new(shell);
        command
            .env_clear()
            .env("HOME", self.path())
            .env("ZDOTDIR", self.path())
            .env("PATH", format!("{}:{}", own.display(), programs_path()))
            .env("TERM", "vt100")
            .env(
                "COMPLETIONS",
                concat!(env!("CARGO_MANIFEST_DIR"), "/completions"),
            )
            .current_dir(self.path());
        command
    }
}

/// What a shell with a terminal does at TAB.
pub(crate) struct Tab {
    /// What the terminal shows by then, the typed line and the terminal's sequences included.
    pub(crate) shown: String,
    /// The line as it is afterwards.
    pub(crate) line: String,
}

/// A shell with a terminal.
pub(crate) struct Terminal(PtySession);

impl Terminal {
    pub(crate) fn bash(home: &Home, with_bash_completion: bool) -> Self {
        let mut rc = BASHRC.to_owned();
        if with_bash_completion {
            rc.insert_str(0, &format!("source {}\n", bash_completion().unwrap()));
        }
        fs::write(home.path().join(".bashrc"), rc).unwrap();
        let mut command = home.command("bash");
        command.args(["--noprofile", "-i"]);
        Self::start(command)
    }

    pub(crate) fn zsh(home: &Home) -> Self {
        fs::write(home.path().join(".zshrc"), ZSHRC).unwrap();
        let mut command = home.command("zsh");
        // Not the files of the machine, but the home's own.
        command.args(["--no-global-rcs", "-i"]);
        Self::start(command)
    }

    fn start(command: Command) -> Self {
        let mut session = terminal(command);
        session.exp_string("ready").unwrap();
        Self(session)
    }

    /// Types a line and TAB, and looks at what became of it.
    pub(crate) fn tab(&mut self, line: &str) -> Tab {
        let session = &mut self.0;
        // Ctrl-A and Ctrl-K: away with what the last one left.
        session.send(&format!("\u{1}\u{b}{line}\t{SHOW}")).unwrap();
        session.flush().unwrap();
        let (shown, _) = session.exp_regex("<<").unwrap();
        let line = session.exp_string(">>").unwrap();
        Tab { shown, line }
    }
}

impl Drop for Terminal {
    /// Interactive shells don't listen to SIGTERM, which is how a session ends otherwise.
    fn drop(&mut self) {
        let _gone_already = self.0.send_line("\u{1}\u{b}exit");
        let _gone_already = self.0.exp_eof();
    }
}

/// What fish would offer for the line, without the meanings.
pub(crate) fn fish_offers(home: &Home, line: &str) -> Vec<String> {
    fs::write(home.path().join("test.fish"), FISHRC).unwrap();
    let mut command = home.command("fish");
    let said = command
        .args(["--no-config", "test.fish", line])
        .output()
        .unwrap();
    assert!(said.status.success(), "{said:?}");
    assert_eq!(String::from_utf8_lossy(&said.stderr), "");
    let offers = String::from_utf8(said.stdout).unwrap();
    offers
        .lines()
        .map(|line| line.split('\t').next().unwrap().to_owned())
        .collect()
}

/// What Nushell would offer for the words, a list as it writes one.
pub(crate) fn nu_offers(home: &Home, words: &str) -> Vec<String> {
    let script = format!(
        "$env.config.completions.external.completer = {{|words| [$\"the completer before: ($words | \
         str join ' ')\"]}}
         source {}/completions/mfaexec.nu
         do $env.config.completions.external.completer {words} | default ['no answer']
         | each {{|offer| if ($offer | describe) == string {{ $offer }} else {{ $offer.value }} }}
         | to text",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut command = home.command("nu");
    let said = command.args(["--no-config-file", "-c", &script]).output();
    let said = said.unwrap();
    assert_eq!(String::from_utf8_lossy(&said.stderr), "");
    let offers = String::from_utf8(said.stdout).unwrap();
    offers.lines().map(str::to_owned).collect()
}

//! The shells that `mfaexec shell` knows, each with files of a user's in the world's home: they set
//! a prompt and things that must not win over the session.

use std::process::Command;

use crate::harness::{MFAEXEC, World};
use crate::screen::Screen;

/// A shell, and how a user of it writes things.
pub(crate) struct Kind {
    /// Its program.
    pub(crate) name: &'static str,
    /// The file of the user's that it reads.
    rc: &'static str,
    text: &'static str,
    /// The user's prompt.
    pub(crate) prompt: &'static str,
    /// Prints a variable, or nothing.
    pub(crate) variable: fn(&str) -> String,
    /// Prints the status of the last command.
    pub(crate) status: &'static str,
}

const POSIX: &str = r#"
export AWS_PROFILE=theirs AWS_ACCESS_KEY_ID=theirs AWS_REGION=theirs
export AWS_BEARER_TOKEN_BEDROCK=theirs AWS_EB_PROFILE=theirs
alias hello='echo hello from an alias'
greet() { echo "hello $1 from a function"; }
PS1='mine> '
"#;

const FISH: &str = r"
set -gx AWS_PROFILE theirs
set -gx AWS_ACCESS_KEY_ID theirs
set -gx AWS_REGION theirs
set -gx AWS_BEARER_TOKEN_BEDROCK theirs
set -gx AWS_EB_PROFILE theirs
set -g fish_greeting ''
alias hello 'echo hello from an alias'
function greet; echo hello $argv[1] from a function; end
function fish_prompt; echo -n 'mine> '; end
";

const NU: &str = r#"
$env.AWS_PROFILE = "theirs"
$env.AWS_ACCESS_KEY_ID = "theirs"
$env.AWS_REGION = "theirs"
$env.AWS_BEARER_TOKEN_BEDROCK = "theirs"
$env.AWS_EB_PROFILE = "theirs"
$env.config.show_banner = false
$env.PROMPT_COMMAND = {|| "mine" }
$env.PROMPT_COMMAND_RIGHT = ""
alias hello = ^echo hello from an alias
def greet [who: string] { $"hello ($who) from a function" }
"#;

fn in_posix(name: &str) -> String {
    format!("printenv {name}")
}

fn in_nu(name: &str) -> String {
    format!("$env.{name}? | default ''")
}

pub(crate) const BASH: Kind = Kind {
    name: "bash",
    rc: ".bashrc",
    text: POSIX,
    prompt: "mine> ",
    variable: in_posix,
    status: "echo $?",
};
pub(crate) const ZSH: Kind = Kind {
    name: "zsh",
    rc: ".zshrc",
    ..BASH
};
pub(crate) const DASH: Kind = Kind {
    name: "dash",
    rc: ".shrc",
    ..BASH
};
pub(crate) const FISH_SHELL: Kind = Kind {
    name: "fish",
    rc: ".config/fish/config.fish",
    text: FISH,
    status: "echo $status",
    ..BASH
};
pub(crate) const NUSHELL: Kind = Kind {
    name: "nu",
    rc: ".config/nushell/config.nu",
    text: NU,
    variable: in_nu,
    status: "$env.LAST_EXIT_CODE",
    ..BASH
};

impl Kind {
    /// The program's command line of a shell in which the user's files are in force, ready to run
    /// mfaexec in `world`.
    pub(crate) fn at_home(&self, world: &World) -> Command {
        world.write(self.rc, self.text);
        let mut command = world.program(MFAEXEC);
        command
            .env("SHELL", self.path(world))
            .env("ENV", world.home().join(".shrc"))
            .env("TZ", "UTC");
        command
    }

    /// The shell by itself, without mfaexec.
    pub(crate) fn plain(&self, world: &World) -> Command {
        let mut command = Command::new(self.path(world));
        for (name, value) in self.at_home(world).get_envs() {
            command.env(name, value.unwrap());
        }
        command
    }

    /// Where its program is.
    fn path(&self, world: &World) -> String {
        let path = world.program("true");
        let path = path.get_envs().find(|(name, _)| *name == "PATH");
        let directories = std::env::split_paths(path.unwrap().1.unwrap());
        let mut programs = directories.map(|directory| directory.join(self.name));
        let program = programs.find(|program| program.is_file()).unwrap();
        program.to_str().unwrap().to_owned()
    }

    /// The same with lines of the user's own at the end of that file.
    pub(crate) fn at_home_with(&self, world: &World, lines: &str) -> Command {
        let command = self.at_home(world);
        world.write(self.rc, format!("{}\n{lines}\n", self.text));
        command
    }

    /// `mfaexec shell` with these options, on a terminal.
    pub(crate) fn screen<'a>(&self, world: &'a World, options: &[&str]) -> Screen<'a> {
        let mut command = self.at_home(world);
        Screen::start(world, command.arg("shell").args(options))
    }

    /// Types a line at the prompt: what it prints.
    #[track_caller]
    pub(crate) fn run(&self, screen: &Screen<'_>, line: &str) -> String {
        screen.run(line, self.prompt)
    }

    /// The value of a variable of the environment, empty if there is none.
    #[track_caller]
    pub(crate) fn value(&self, screen: &Screen<'_>, name: &str) -> String {
        self.run(screen, &(self.variable)(name))
    }

    /// Waits for a prompt with a sign of that profile: the prompt.
    #[track_caller]
    pub(crate) fn at_prompt(&self, screen: &Screen<'_>, profile: &str) -> String {
        screen.is_at(&format!("({profile} "), &format!(") {}", self.prompt))
    }
}

/// A test for each shell that is installed.
macro_rules! in_each_shell {
    ($($test:ident),+ $(,)?) => {
        $(mod $test {
            use super::super::shells;
            #[test]
            fn bash() {
                crate::skipping::needs!("tmux", "bash");
                super::$test(&shells::BASH);
            }
            #[test]
            fn zsh() {
                crate::skipping::needs!("tmux", "zsh");
                super::$test(&shells::ZSH);
            }
            #[test]
            fn fish() {
                crate::skipping::needs!("tmux", "fish");
                super::$test(&shells::FISH_SHELL);
            }
            #[test]
            fn dash() {
                crate::skipping::needs!("tmux", "dash");
                super::$test(&shells::DASH);
            }
            #[test]
            fn nu() {
                crate::skipping::needs!("tmux", "nu");
                super::$test(&shells::NUSHELL);
            }
        })+
    };
}
pub(crate) use in_each_shell;

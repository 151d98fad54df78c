//! `mfaexec shell`: get a session, become a shell that shows it.

use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::commands::run::prepare;
use crate::edge::config_files;
use crate::edge::lock::leftovers::SHELL_FILES;
use crate::edge::output::{Ui, stdin_and_stderr_are_terminals};
use crate::edge::private_dir::PrivateDir;
use crate::edge::process::{exec, helper};
use crate::error::{Error, Result};
use crate::model::child::env::to_restore;
use crate::model::child::shell::{Changes, FOR_PROMPTS, IN_SHELL, Marks, Shell, is_variable};
use crate::model::child::shell_context::ShellContext;
use crate::model::environment::Environment;
use crate::model::time::Timestamp;
use crate::model::vars::RESTORE;
use crate::options::{ShellChoice, SignIn};
use crate::sign_in::enclosing_shell::{
    profile_or_key, refuse_twice, renewing_line, session_name, shown_name,
};
use crate::sign_in::request::For;
use crate::sign_in::signing_in::Obtained;

/// Runs a shell with a session. Comes back only with the reason why it does not run.
pub(crate) fn shell(
    env: &Environment,
    sign_in: &SignIn,
    choice: &ShellChoice,
    ui: Ui,
) -> Result<Infallible> {
    let (words, env) = start(env, sign_in, choice, ui)?;
    exec::become_command(&words, &env)
}

/// The shell's command line and environment.
fn start(
    env: &Environment,
    sign_in: &SignIn,
    choice: &ShellChoice,
    ui: Ui,
) -> Result<(Vec<OsString>, Environment)> {
    refuse_twice(env, sign_in)?;
    let program = program(env, choice);
    let files = files_for(env, &program, ui)?;
    let what_for = For::Shell(std::slice::from_ref(&program));
    let (mut env, obtained) = prepare(env, sign_in, what_for, ui)?;
    mark(&mut env, &obtained, files.is_some() && !choice.keep_ps1);
    let restored = |env: &Environment| Restored {
        changes: to_restore(env, &obtained.session, &obtained.settings),
        renew: renewing_line(env, sign_in, &obtained.settings).unwrap_or_default(),
        name: shown_name(&obtained.settings, sign_in),
    };
    let words = with_files(&mut env, program, files, choice, restored);
    Ok((words, env))
}

/// What a shell has again when it has read the user's own files, and what its prompt says.
pub(super) struct Restored {
    pub(super) changes: Changes,
    /// The line that renews the session; empty if none can.
    pub(super) renew: String,
    pub(super) name: String,
}

/// The shell's command line. Its environment gets what its files need.
pub(super) fn with_files(
    env: &mut Environment,
    program: OsString,
    files: Option<(Shell, PathBuf)>,
    choice: &ShellChoice,
    restored: impl FnOnce(&Environment) -> Restored,
) -> Vec<OsString> {
    let mut words = vec![program];
    if let Some((shell, directory)) = files {
        words.extend(shell.start(&directory, env));
        let Restored {
            mut changes,
            renew,
            name,
        } = restored(env);
        changes.retain(|(name, _)| is_variable(name));
        let marks = Marks {
            program: exec::own_path(),
            renew,
            name,
            prompt: !choice.keep_ps1,
        };
        env.set(RESTORE, shell.restore(&changes, &marks));
    }
    words
}

pub(super) fn program(env: &Environment, choice: &ShellChoice) -> OsString {
    let users = || {
        let shell = env.get("SHELL").filter(|shell| !shell.is_empty());
        shell.map(OsStr::to_owned)
    };
    let chosen = choice.shell.as_ref().map(OsString::from);
    chosen.or_else(users).unwrap_or_else(|| "/bin/sh".into())
}

/// Writes down in the environment what the shell has.
fn mark(env: &mut Environment, obtained: &Obtained, has_sign: bool) {
    let Obtained {
        session, settings, ..
    } = obtained;
    let (_, shell) = exec::parent_and_self();
    let within = ShellContext {
        session: session_name(settings),
        shell,
        key: session.access_key_id.clone(),
        has_sign,
    };
    env.set(IN_SHELL, within.to_string());
    let [profile, end] = FOR_PROMPTS;
    env.set(profile, profile_or_key(settings));
    match session.expires_at {
        Timestamp::NEVER => env.remove(end),
        at => env.set(end, at.to_string()),
    }
}

/// What the shell is, and where the files for it lie, if it is to read some. Without them the user's
/// own files would have the last word on whose keys are used.
pub(super) fn files_for(
    env: &Environment,
    program: &OsStr,
    ui: Ui,
) -> Result<Option<(Shell, PathBuf)>> {
    let Some(shell) = Shell::of_program(program) else {
        ui.notice(&format!(
            "{} is no shell that mfaexec knows: it starts as it is, its prompt does not show the \
             session, and if its own files set other keys or AWS_PROFILE, those count",
            program.to_string_lossy()
        ));
        return Ok(None);
    };
    let (stdin, stderr) = stdin_and_stderr_are_terminals();
    if !shell.reads_files(stdin, stderr) {
        return Ok(None);
    }
    let directory = write_files(env, shell).map_err(|error| {
        Error::new(
            format!(
                "the files that {} is to read cannot be written",
                shell.name()
            ),
            error.summary(),
            format!(
                "make room for them, or start it without a sign of the session: \
                 mfaexec [OPTIONS] -- {}",
                shell.name()
            ),
        )
    })?;
    if shell == Shell::Zsh {
        check_zsh(env, program, &directory)?;
    }
    Ok(Some((shell, directory)))
}

/// Makes sure that the shell's files lie in the cache as this version has them: the directory.
fn write_files(env: &Environment, shell: Shell) -> Result<PathBuf> {
    let path = config_files::cache_directory(env)?;
    PrivateDir::create(&path)?;
    let path = path.join(SHELL_FILES);
    // A `clear` may take the directory away at this moment.
    write_in(&path, shell).or_else(|_| write_in(&path, shell))?;
    Ok(path)
}

fn write_in(path: &Path, shell: Shell) -> Result<()> {
    let directory = PrivateDir::create(path)?;
    for (name, text) in shell.files() {
        // Nothing that is in use is swept.
        directory.touch(name);
        let written = directory.read(name)?;
        if written.is_none_or(|(written, _)| written.as_slice() != text.as_bytes()) {
            directory.write(name, text.as_bytes())?;
        }
    }
    Ok(())
}

/// There is one file that zsh reads in any case and before all others. If that says where the others
/// are, mfaexec's would not be read.
fn check_zsh(env: &Environment, program: &OsStr, directory: &Path) -> Result<()> {
    let (Some(program), Some(directory)) = (program.to_str(), directory.to_str()) else {
        return Ok(());
    };
    let words = [
        "env",
        &format!("ZDOTDIR={directory}"),
        program,
        "-fc",
        "print -r -- $ZDOTDIR",
    ];
    let Ok(line) = shlex::try_join(words) else {
        return Ok(());
    };
    match helper::run(&line, env, |_| {}) {
        Ok(printed) if printed.trim_end() != directory => Err(Error::new(
            "zsh would not read the files that put the session on top of yours",
            format!(
                "/etc/zshenv or /etc/zsh/zshenv sets ZDOTDIR to {}",
                printed.trim_end()
            ),
            "let it do so only where ZDOTDIR is not set, or start zsh without a sign of the \
             session: mfaexec [OPTIONS] -- zsh",
        )),
        // One that cannot be run says why when it is.
        _ => Ok(()),
    }
}

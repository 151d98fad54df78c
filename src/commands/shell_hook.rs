//! What a shell of mfaexec's asks before each prompt: `mfaexec shell-hook SHELL TOLD RENEW NAME`. The
//! answer is code for that shell: the variables of a session that was renewed since, and the sign
//! for the prompt. No one types it, so it is no subcommand, and no run pays for its definition.

use std::ffi::OsString;

use super::prompt::{kept, left};
use crate::edge::clock::now;
use crate::edge::output::{Ui, colours_in_prompt, local_time, output, stdout_is_seen};
use crate::edge::process::exec;
use crate::error::EXIT_SUCCESS;
use crate::model::child::env::of_session;
use crate::model::child::prompt_segment::{Left, segment};
use crate::model::child::shell::{FOR_PROMPTS, IN_SHELL, Shell};
use crate::model::child::shell_context::ShellContext;
use crate::model::environment::Environment;
use crate::model::session::Session;
use crate::model::time::Timestamp;

/// What the shell says of itself.
struct ShellState<'a> {
    /// What it was told already.
    told: &'a str,
    /// The line that gets the next session, empty if none does.
    renew: &'a str,
    /// What it calls the session.
    name: &'a str,
}

/// Answers if `args` are that question. What it prints can hold a session, so it is not for a
/// terminal.
pub(crate) fn answer(args: &[OsString]) -> Option<u8> {
    let [_, word, shell, told, renew, name] = args else {
        return None;
    };
    if word != "shell-hook" || stdout_is_seen() {
        return None;
    }
    let shell = Shell::of_program(shell)?;
    let env = exec::environment();
    let asking = ShellState {
        told: &told.to_string_lossy(),
        renew: &renew.to_string_lossy(),
        name: &name.to_string_lossy(),
    };
    // The shell may be gone.
    let _ = output(&hook(&env, shell, &asking));
    Some(EXIT_SUCCESS)
}

fn hook(env: &Environment, shell: Shell, asking: &ShellState<'_>) -> String {
    let within = ShellContext::of(env);
    let end = env.text("AWS_CREDENTIAL_EXPIRATION");
    let mut end = end.as_deref().and_then(Timestamp::parse);
    let kept = within.as_ref().and_then(|within| kept(env, within));
    let kept = kept.as_ref();
    let renewed = within
        .as_ref()
        .and_then(|within| renewed(kept?, within, end));
    let mut left = left(env, kept);
    let changes = renewed.as_ref().map(|(within, session)| {
        end = Some(session.expires_at);
        left = Left::of(session.left(now()));
        let mut changes = of_session(session);
        changes.push((IN_SHELL.to_owned(), Some(within.to_string())));
        let shown = session.expires_at.to_string();
        changes.push((FOR_PROMPTS[1].to_owned(), Some(shown)));
        changes
    });
    let rival = within.filter(|_| renewed.is_none());
    let rival = rival.and_then(|within| within.overridden_by(env));
    let rival = rival.as_deref();
    if rival.is_some() {
        left = Left::Overridden;
    }
    let ended = end.filter(|_| left == Left::Ended);
    let to_tell = match (rival, ended) {
        (Some(name), _) => name.to_owned(),
        (None, Some(end)) => end.0.to_string(),
        (None, None) => String::new(),
    };
    if to_tell != asking.told {
        tell(rival, ended, asking);
    }
    let segment = segment(shell, asking.name, left, colours_in_prompt());
    let own = [("told", to_tell), ("segment", segment)];
    shell.changes(&changes.unwrap_or_default(), &own)
}

/// The cached session, if this shell has another one.
fn renewed<'a>(
    session: &'a Session,
    within: &ShellContext,
    end: Option<Timestamp>,
) -> Option<(ShellContext, &'a Session)> {
    if session.access_key_id == within.key || Some(session.expires_at) < end {
        return None;
    }
    let key = session.access_key_id.clone();
    let within = ShellContext {
        key,
        ..within.clone()
    };
    Some((within, session))
}

/// Says what the shell was not told yet.
fn tell(rival: Option<&str>, ended: Option<Timestamp>, asking: &ShellState<'_>) {
    let name = asking.name;
    let text = match (rival, ended) {
        (Some("AWS_ACCESS_KEY_ID"), _) => format!(
            "the keys in this shell are not those of {name}; to have them again: exit, and start \
             another shell"
        ),
        (Some(rival), _) => format!(
            "{rival} is set, so commands in this shell may not use the session of {name}: unset it"
        ),
        (None, Some(end)) => {
            let remedy = match asking.renew {
                "" => "exit, and start another shell".to_owned(),
                line => format!("to renew it in this shell: {line}"),
            };
            let end = local_time(end, now());
            format!("the session of {name} ended at {end}; {remedy}")
        }
        (None, None) => return,
    };
    Ui::new(false, 0).notice(&text);
}

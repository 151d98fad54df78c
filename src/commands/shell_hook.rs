//! What a shell of mfaexec's asks before each prompt: `mfaexec shell-hook SHELL TOLD RENEW`. The
//! answer is code for that shell: the variables of a session that was renewed since, and the sign
//! for the prompt. Nobody types it, so it is no subcommand, and no run pays for its definition.

use std::ffi::OsString;

use super::acquire::now;
use super::open_cache;
use crate::edge::exec;
use crate::edge::ui::{Ui, colours_in_prompt, local_time, output, stdout_is_seen};
use crate::error::EXIT_SUCCESS;
use crate::model::child_env::{SOURCE_KEY, of_session};
use crate::model::environment::Environment;
use crate::model::segment::{Left, segment};
use crate::model::session::{Session, Timestamp};
use crate::model::shell::{FOR_PROMPTS, IN_SHELL, Shell};

/// Answers if `args` are that question. What it prints can hold a session, so it is not for a
/// terminal.
pub(super) fn answer(args: &[OsString]) -> Option<u8> {
    let [_, word, shell, told, renew] = args else {
        return None;
    };
    if word != "shell-hook" || stdout_is_seen() {
        return None;
    }
    let shell = Shell::of_program(shell)?;
    exec::protect_memory();
    let env = exec::environment();
    let told = told.to_string_lossy();
    let _a_shell_that_is_gone = output(&hook(&env, shell, &told, &renew.to_string_lossy()));
    Some(EXIT_SUCCESS)
}

/// `told` is the end that was told already, `renew` the line that gets another session.
fn hook(env: &Environment, shell: Shell, told: &str, renew: &str) -> String {
    let profile = env.text("MFAEXEC_PROFILE").or_else(|| env.text(SOURCE_KEY));
    let profile = profile.unwrap_or_default();
    let end = env.text("AWS_CREDENTIAL_EXPIRATION");
    let mut end = end.as_deref().and_then(Timestamp::parse);
    let mut changes = Vec::new();
    if let Some(session) = renewed(env, end) {
        end = Some(session.expires_at);
        changes = of_session(&session);
        changes.push((
            FOR_PROMPTS[1].to_owned(),
            Some(session.expires_at.to_string()),
        ));
    }
    let left = match end.map(|end| now().until(end)) {
        None => Left::Unknown,
        Some(0) => Left::Ended,
        Some(left) => Left::Seconds(left),
    };
    let ended = end.filter(|_| left == Left::Ended);
    let now_told = ended.map(|end| end.0.to_string()).unwrap_or_default();
    if let Some(end) = ended.filter(|_| now_told != told) {
        tell_end(&profile, end, renew);
    }
    let segment = segment(shell, &profile, left, colours_in_prompt());
    shell.changes(&changes, &[("told", now_told), ("segment", segment)])
}

/// The session that this shell should have by now, if it is another one than it has.
fn renewed(env: &Environment, end: Option<Timestamp>) -> Option<Session> {
    let cache = open_cache(env, None).ok()?;
    let session = cache.session(&env.text(IN_SHELL)?).ok().flatten()?;
    let other = env.text("AWS_ACCESS_KEY_ID").as_ref() != Some(&session.access_key_id);
    (other && Some(session.expires_at) >= end).then_some(session)
}

fn tell_end(profile: &str, end: Timestamp, renew: &str) {
    let ended = format!(
        "the session of {profile} ended at {}",
        local_time(end, now())
    );
    let remedy = match renew {
        "" => "exit, and start another shell".to_owned(),
        line => format!("to renew it in this shell: {line}"),
    };
    Ui::new(false, 0).notice(&format!("{ended}; {remedy}"));
}

//! `mfaexec status`: the sessions at hand.

use comfy_table::{Table, presets};
use serde_json::json;

use super::acquire::now;
use super::{open_cache, print};
use crate::edge::exec;
use crate::error::Result;
use crate::model::environment::Environment;
use crate::model::session::{Session, Timestamp, in_words};
use crate::sanitize::printable;

/// The kind of every session so far.
const KIND: &str = "mfa-session";

/// Prints the sessions that have not ended, those of `profile` if one is named.
pub(super) fn status(env: &Environment, profile: Option<&str>, as_json: bool) -> Result<()> {
    exec::protect_memory();
    let now = now();
    let mut sessions = open_cache(env, None)?.sessions()?;
    sessions.retain(|session| {
        session.expires_at > now && profile.is_none_or(|profile| session.profile == profile)
    });
    sessions.sort_by(|a, b| (&a.profile, a.expires_at).cmp(&(&b.profile, b.expires_at)));
    if as_json {
        return print(&to_json(&sessions, now));
    }
    if sessions.is_empty() {
        return print("no sessions at hand\n");
    }
    print(&to_table(&sessions, now))
}

fn to_table(sessions: &[Session], now: Timestamp) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["PROFILE", "KIND", "LEFT", "UNTIL"]);
    for session in sessions {
        table.add_row([
            printable(&session.profile),
            KIND.to_owned(),
            in_words(now.until(session.expires_at)),
            session.expires_at.to_string(),
        ]);
    }
    let lines = table.lines().map(|line| format!("{}\n", line.trim()));
    lines.collect()
}

fn to_json(sessions: &[Session], now: Timestamp) -> String {
    let sessions: Vec<_> = sessions
        .iter()
        .map(|session| {
            json!({
                "profile": session.profile,
                "kind": KIND,
                "account": session.account,
                "mfa_serial": session.serial,
                "access_key_id": session.access_key_id,
                "expires_at": session.expires_at.to_string(),
                "seconds_left": now.until(session.expires_at),
            })
        })
        .collect();
    format!("{:#}\n", json!({ "sessions": sessions }))
}

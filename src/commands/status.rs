//! `mfaexec status`: the sessions at hand.

use comfy_table::{Table, presets};
use serde_json::json;

use super::acquire::now;
use super::{open_cache, print};
use crate::edge::{config_files, exec};
use crate::error::Result;
use crate::model::environment::Environment;
use crate::model::profile::Profiles;
use crate::model::session::{Session, Timestamp, in_words};
use crate::sanitize::printable;

/// Prints the sessions that have not ended, those that `profile` would use if one is named.
pub(super) fn status(env: &Environment, profile: Option<&str>, as_json: bool) -> Result<()> {
    exec::protect_memory();
    let now = now();
    let mut sessions = open_cache(env, None)?.sessions()?;
    sessions.retain(|session| session.expires_at > now);
    if let Some(profile) = profile {
        let of_profile = OfProfile::new(env, profile)?;
        sessions.retain(|session| of_profile.uses(session));
        of_profile.check(&sessions)?;
    }
    sessions.sort_by(|a, b| (&a.profile, a.expires_at).cmp(&(&b.profile, b.expires_at)));
    if as_json {
        return print(&to_json(&sessions, now));
    }
    if sessions.is_empty() {
        return print("no sessions at hand\n");
    }
    print(&to_table(&sessions, now))
}

/// Which sessions a profile uses: sessions belong to a key and a device, and profiles share them.
pub(super) struct OfProfile<'a> {
    name: &'a str,
    profiles: Profiles,
    key: Option<String>,
    serial: Option<String>,
}

impl<'a> OfProfile<'a> {
    pub(super) fn new(env: &Environment, name: &'a str) -> Result<Self> {
        let profiles = Profiles::parse(config_files::read(env)?)?;
        let (mut key, mut serial) = (None, None);
        if let Some(profile) = profiles.get(name)? {
            let get = |key| profile.get(key).map(str::to_owned);
            (key, serial) = (get("aws_access_key_id"), get("mfa_serial"));
        }
        Ok(Self {
            name,
            profiles,
            key,
            serial,
        })
    }

    /// Whether it was got for the profile, or for another one with its key and device.
    pub(super) fn uses(&self, session: &Session) -> bool {
        let key = self.key.is_some() && self.key == session.source_key_id;
        let device = self.serial.is_none() || self.serial == session.serial;
        // A role's session is its own profile's alone, whatever key it began with.
        let shared = session.role_arn.is_none() && key && device;
        shared || session.profile == self.name
    }

    /// A profile that neither exists nor has sessions is a slip.
    pub(super) fn check(&self, found: &[Session]) -> Result<()> {
        if found.is_empty() {
            self.profiles.require(self.name, "--profile")?;
        }
        Ok(())
    }
}

/// What it is of, and of which role.
fn kind(session: &Session) -> String {
    match &session.role_arn {
        Some(arn) => format!("{} {}", session.kind.name(), printable(arn)),
        None => session.kind.name().to_owned(),
    }
}

fn to_table(sessions: &[Session], now: Timestamp) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["PROFILE", "KIND", "LEFT", "UNTIL"]);
    for session in sessions {
        table.add_row([
            printable(&session.profile),
            kind(session),
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
                "kind": session.kind.name(),
                "role_arn": session.role_arn,
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

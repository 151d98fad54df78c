//! `mfaexec status`: the cached sessions.

use anstyle::{AnsiColor, Style};
use comfy_table::{Table, presets};
use serde_json::json;

use crate::edge::clock::now;
use crate::edge::config_files;
use crate::edge::output::{self, Ui, print};
use crate::edge::store::inventory::Found;
use crate::error::Result;
use crate::escape::printable;
use crate::model::arn::role_name;
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::session::Session;
use crate::model::source::Source;
use crate::model::source::chain::Chain;
use crate::model::time::{Timestamp, in_words};
use crate::sign_in::cached::open_cache;

/// Prints the sessions that have not ended, those that `profile` would use if one is named.
pub(crate) fn status(
    env: &Environment,
    profile: Option<&str>,
    as_json: bool,
    ui: Ui,
) -> Result<()> {
    let now = now();
    let found = open_cache(env, None)?.sessions()?;
    tell_unusable(&found, ui);
    let mut kept = found.sessions;
    kept.retain(|kept| kept.session.expires_at > now);
    if kept.iter().any(|kept| kept.for_plain_only) {
        ui.notice(
            "some of these sessions are in plain files; as there is a keyring, they are used with \
             --cache plain alone",
        );
    }
    let mut sessions: Vec<Session> = kept.into_iter().map(|kept| kept.session).collect();
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
        return print("no cached sessions\n");
    }
    print(&to_table(&sessions, now))
}

/// A file that cannot be trusted hides no other one.
pub(crate) fn tell_unusable(found: &Found, ui: Ui) {
    for error in &found.unusable {
        ui.notice(&error.summary());
    }
}

/// Which sessions a profile uses: those on its way from the key to the last role. Profiles share
/// them, no matter which run got them.
pub(crate) struct OfProfile<'a> {
    name: &'a str,
    profiles: Profiles,
    key: Option<String>,
    serial: Option<String>,
    roles: Vec<String>,
}

impl<'a> OfProfile<'a> {
    pub(crate) fn new(env: &Environment, name: &'a str) -> Result<Self> {
        let profiles = Profiles::parse(config_files::read(env)?)?;
        let (mut key, mut serial, mut roles) = (None, None, Vec::new());
        // One that leads nowhere has no sessions but those that bear its name.
        if let Some(profile) = profiles.get(name)?
            && let Ok(chain) = Chain::follow(profile, &profiles, env)
        {
            let mut serials = chain.profiles.iter().filter_map(|p| p.mfa_serial());
            serial = serials.next().map(|serial| serial.value);
            roles = chain.roles.into_iter().map(|role| role.arn.value).collect();
            if let Source::Key(own) = chain.source {
                key = Some(own.access_key_id);
            }
        }
        Ok(Self {
            name,
            profiles,
            key,
            serial,
            roles,
        })
    }

    /// Whether it was got for the profile, or is one of those that it shares with others.
    pub(crate) fn uses(&self, session: &Session) -> bool {
        let key = self.key.is_some() && self.key == session.source_key_id;
        let on_the_way = match &session.role_arn {
            Some(arn) => self.roles.contains(arn),
            None => self.serial.is_none() || self.serial == session.serial,
        };
        key && on_the_way || session.profile == self.name
    }

    /// A profile that neither exists nor has sessions is a slip.
    pub(crate) fn check(&self, found: &[Session]) -> Result<()> {
        if found.is_empty() {
            self.profiles.require(self.name, "--profile")?;
        }
        Ok(())
    }
}

/// Seconds below which a session is about to end.
const ENDS_SOON_SECONDS: u64 = 600;
/// The width of a bar.
const BAR_CELLS: u64 = 10;

/// A line for each session; those that are about to end in a colour, if there are any.
fn to_table(sessions: &[Session], now: Timestamp) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["PROFILE", "ACCOUNT", "KIND", "ROLE", "LEFT", "", "UNTIL"]);
    let or_dash = |text: Option<&str>| text.map_or_else(|| "-".to_owned(), printable);
    for session in sessions {
        table.add_row([
            printable(&session.profile),
            or_dash(session.account.as_deref()),
            session.kind.name().to_owned(),
            or_dash(session.role_arn.as_deref().map(role_name)),
            bar(session, now),
            in_words(now.until(session.expires_at)),
            output::local_time(session.expires_at, now),
        ]);
    }
    let warning =
        output::colours_on_stdout().then(|| Style::new().fg_color(Some(AnsiColor::Yellow.into())));
    let lines = table.lines().enumerate().map(|(number, line)| {
        let session = number
            .checked_sub(1)
            .and_then(|number| sessions.get(number));
        let soon = session.is_some_and(|session| now.until(session.expires_at) < ENDS_SOON_SECONDS);
        match warning.filter(|_| soon) {
            Some(style) => format!("{style}{}{style:#}\n", line.trim()),
            None => format!("{}\n", line.trim()),
        }
    });
    lines.collect()
}

/// What is left of a session's life: `[######....]`.
fn bar(session: &Session, now: Timestamp) -> String {
    let life = session.obtained_at.until(session.expires_at).max(1);
    let left = now.until(session.expires_at).min(life);
    // One that is not over has something left to show.
    let full = (left * BAR_CELLS).div_ceil(life);
    let cells = (0..BAR_CELLS).map(|cell| if cell < full { '#' } else { '.' });
    format!("[{}]", cells.collect::<String>())
}

fn to_json(sessions: &[Session], now: Timestamp) -> String {
    let sessions: Vec<_> = sessions
        .iter()
        .map(|session| {
            json!({
                "profile": session.profile,
                "kind": session.kind,
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

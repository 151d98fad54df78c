//! `mfaexec clear`: forget sessions.

use super::of_profile::OfProfile;
use super::status::{sort, tell_unusable};
use crate::edge::clock::now;
use crate::edge::output::Ui;
use crate::edge::store::cache::Cache;
use crate::edge::store::inventory::Cleared;
use crate::error::Result;
use crate::escape::shell_line;
use crate::model::arn::role_name;
use crate::model::environment::Environment;
use crate::model::session::Session;
use crate::model::time::in_words;
use crate::sign_in::cached::open_cache;

/// Sessions that are told one by one.
const TOLD: usize = 8;

/// Forgets all sessions, or those of `profile`.
pub(crate) fn clear(env: &Environment, profile: Option<&str>, ui: Ui) -> Result<()> {
    let cache = open_cache(env, None)?;
    let Some(profile) = profile else {
        let cleared = cache.clear_all()?;
        tell(&cleared, None, ui);
        return match cleared.left.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(()),
        };
    };
    let of_profile = OfProfile::new(env, profile, &cache)?;
    let found = cache.clear(|kept| of_profile.owns(kept))?;
    tell_unusable(&found, ui);
    let sessions = found.sessions.into_iter().map(|kept| kept.session);
    let sessions: Vec<Session> = sessions.collect();
    of_profile.check(&sessions)?;
    let cleared = Cleared {
        sessions,
        ..Cleared::default()
    };
    tell(&cleared, Some(profile), ui);
    tell_what_stays(&cache, &of_profile, ui)
}

/// What the profile shares with others, and what others have that begins with its key.
fn tell_what_stays(cache: &Cache, of_profile: &OfProfile<'_>, ui: Ui) -> Result<()> {
    let mut others = cache.sessions()?.sessions;
    let source = of_profile.shares_source();
    others.retain(|kept| {
        kept.session.expires_at > now()
            && match source {
                Some(_) => of_profile.uses(kept),
                None => of_profile.is_of_key(&kept.session),
            }
    });
    let mut others: Vec<Session> = others.into_iter().map(|kept| kept.session).collect();
    if others.is_empty() {
        return Ok(());
    }
    sort(&mut others);
    let (shown, more) = others.split_at(others.len().min(TOLD));
    let shown: Vec<String> = shown.iter().map(name).collect();
    let more = match more.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let stays = if others.len() == 1 { "stays" } else { "stay" };
    // The first of them, where they are those of several profiles.
    let line = shell_line([
        "mfaexec",
        "clear",
        "-p",
        source.unwrap_or(&others[0].profile),
    ]);
    let what = if others.len() == 1 || source.is_some() {
        "this"
    } else {
        "the first"
    };
    ui.notice(&format!(
        "{stays}: {}{more}; to forget {what}, too: {line}",
        shown.join(", ")
    ));
    Ok(())
}

/// A session by what it is of.
fn name(session: &Session) -> String {
    match &session.role_arn {
        Some(arn) => format!("role {} of {}", role_name(arn), session.profile),
        None => format!("{} of {}", session.kind.name(), session.profile),
    }
}

/// `profile` is the one that was asked for. Sessions that it shares bear the name of who got them.
fn tell(cleared: &Cleared, profile: Option<&str>, ui: Ui) {
    if cleared.sessions.is_empty() && cleared.others == 0 && cleared.left.is_empty() {
        ui.notice("there was nothing to clear");
    }
    let mut sessions = cleared.sessions.clone();
    sort(&mut sessions);
    let (shown, more) = sessions.split_at(sessions.len().min(TOLD));
    for session in shown {
        let what = match &session.role_arn {
            Some(arn) => format!("role {}", role_name(arn)),
            None => session.kind.name().to_owned(),
        };
        let left = match session.left(now()) {
            0 => "ended".to_owned(),
            left => format!("{} left", in_words(left)),
        };
        let own = session.profile.as_str();
        let other = profile.filter(|profile| *profile != own);
        let other = other.map_or(String::new(), |_| format!(", also that of {own}"));
        let name = profile.unwrap_or(own);
        ui.notice(&format!(
            "cleared the session of {name} ({what}, {left}){other}"
        ));
    }
    if !more.is_empty() {
        ui.notice(&format!("cleared {} more sessions", more.len()));
    }
    match cleared.others {
        0 => {}
        1 => ui.notice("cleared 1 other file: it holds no session that can be read here"),
        others => ui.notice(&format!(
            "cleared {others} other files: they hold no session that can be read here"
        )),
    }
}

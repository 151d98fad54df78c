//! `mfaexec clear`: forget sessions.

use super::status::{OfProfile, tell_unusable};
use crate::edge::clock::now;
use crate::edge::output::Ui;
use crate::edge::store::inventory::Cleared;
use crate::error::Result;
use crate::model::arn::role_name;
use crate::model::environment::Environment;
use crate::model::session::Session;
use crate::model::time::in_words;
use crate::sign_in::cached::open_cache;

/// Forgets all sessions, or those that `profile` would use.
pub(crate) fn clear(env: &Environment, profile: Option<&str>, ui: Ui) -> Result<()> {
    let cache = open_cache(env, None)?;
    let cleared = match profile {
        Some(profile) => {
            let of_profile = OfProfile::new(env, profile)?;
            let found = cache.clear(|session| of_profile.uses(session))?;
            tell_unusable(&found, ui);
            let sessions = found.sessions.into_iter().map(|kept| kept.session);
            let sessions: Vec<Session> = sessions.collect();
            of_profile.check(&sessions)?;
            Cleared {
                sessions,
                ..Cleared::default()
            }
        }
        None => cache.clear_all()?,
    };
    tell(&cleared, ui);
    match cleared.left.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

fn tell(cleared: &Cleared, ui: Ui) {
    if cleared.sessions.is_empty() && cleared.others == 0 && cleared.left.is_empty() {
        ui.notice("there was nothing to clear");
    }
    for session in &cleared.sessions {
        let what = match &session.role_arn {
            Some(arn) => format!("role {}", role_name(arn)),
            None => session.kind.name().to_owned(),
        };
        let left = match now().until(session.expires_at) {
            0 => "ended".to_owned(),
            left => format!("{} left", in_words(left)),
        };
        ui.notice(&format!(
            "cleared the session of {} ({what}, {left})",
            session.profile
        ));
    }
    match cleared.others {
        0 => {}
        1 => ui.notice("cleared 1 other file: it holds no session that can be read here"),
        others => ui.notice(&format!(
            "cleared {others} other files: they hold no session that can be read here"
        )),
    }
}

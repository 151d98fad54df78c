//! `mfaexec clear`: forget sessions.

use super::acquire::now;
use super::open_cache;
use super::status::{OfProfile, role_name};
use crate::edge::exec;
use crate::edge::ui::Ui;
use crate::error::Result;
use crate::model::environment::Environment;
use crate::model::session::in_words;

/// Forgets all sessions, or those that `profile` would use.
pub(super) fn clear(env: &Environment, profile: Option<&str>, ui: Ui) -> Result<()> {
    exec::protect_memory();
    let cache = open_cache(env, None)?;
    let cleared = match profile {
        Some(profile) => {
            let of_profile = OfProfile::new(env, profile)?;
            let cleared = cache.clear(|session| of_profile.uses(session))?;
            of_profile.check(&cleared)?;
            cleared
        }
        None => cache.clear_all()?,
    };
    if cleared.is_empty() {
        ui.notice("there was nothing to clear");
    }
    for session in cleared {
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
    Ok(())
}

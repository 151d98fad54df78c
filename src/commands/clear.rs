//! `mfaexec clear`: forget sessions.

use super::open_cache;
use super::status::OfProfile;
use crate::edge::exec;
use crate::edge::ui::Ui;
use crate::error::Result;
use crate::model::environment::Environment;

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
        ui.notice(&format!("cleared the session of {}", session.profile));
    }
    Ok(())
}

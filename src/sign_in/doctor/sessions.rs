//! The cached sessions of a profile.

use crate::edge::clock::now;
use crate::edge::store::cache::Cache;
use crate::model::plan::Fresh;
use crate::model::plan::program_key::plan_either;
use crate::model::plan::step::steps;
use crate::model::session::{Session, SessionKind};
use crate::model::settings::Settings;
use crate::sign_in::cached::cached;

pub(super) struct Sessions {
    /// The one that a command would get.
    pub(super) last: Option<Session>,
    /// The one with MFA that it begins with.
    pub(super) mfa: Option<Session>,
}

impl Sessions {
    pub(super) fn find(settings: &Settings, cache: Option<&Cache>) -> Self {
        let nothing = Self {
            last: None,
            mfa: None,
        };
        let Some(cache) = cache else {
            return nothing;
        };
        // A session that cannot be read is none: the cache has a check of its own.
        let look = |step: &_| Ok(cached(cache, step).unwrap_or_default());
        let plan = plan_either(settings.clone(), Fresh::Nothing, now(), look);
        let Ok((settings, plan)) = plan else {
            return nothing;
        };
        let lasts = |session: &Session| session.left(now()) > 0;
        let steps = steps(&settings);
        let mut of_mfa = steps.iter().filter(|step| step.kind == SessionKind::Mfa);
        let mfa = of_mfa.find_map(|step| look(step).ok().flatten());
        Self {
            last: plan.into_session().ok(),
            mfa: mfa.filter(lasts),
        }
    }
}

//! Where a program cannot have a new session, it gets what is left of the one before.

use crate::edge::clock::now;
use crate::edge::output::Ui;
use crate::edge::store::cache::Cache;
use crate::error::Result;
use crate::model::plan::Fresh;
use crate::model::plan::program_key::plan_either;
use crate::model::settings::Settings;
use crate::sign_in::cached::cached;
use crate::sign_in::signing_in::Obtained;
use crate::sign_in::signing_in::account::learn_account;

/// The cached session, if it has as much left as a run would want. A session is renewed early for
/// programs. Where that fails, as no one is there to type a code or AWS cannot be reached, a program
/// in the middle of its work loses nothing that it could have.
pub(crate) fn rest_of_session(
    settings: Settings,
    cache: &Cache,
    ui: Ui,
) -> Result<Option<Obtained>> {
    let look_up = |step: &_| cached(cache, step);
    let (settings, plan) = plan_either(settings, Fresh::Nothing, now(), look_up)?;
    let Ok(mut session) = plan.into_session() else {
        return Ok(None);
    };
    log::info!("using what is left of the cached session");
    learn_account(&settings, &mut session, ui)?;
    Ok(Some(Obtained {
        session,
        settings,
        not_kept: None,
    }))
}

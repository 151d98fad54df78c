//! From options to a session: settings, the cached sessions, and only if those are not enough a
//! sign-in. A run that finds its session here has read two config files and one of the cache.

pub(crate) mod all_profiles;
pub(crate) mod ask;
pub(crate) mod cached;
pub(crate) mod carry_over;
pub(crate) mod console;
pub(crate) mod doctor;
pub(crate) mod enclosing_shell;
pub(crate) mod for_program;
pub(crate) mod key_store;
pub(crate) mod regions;
pub(crate) mod renewal;
pub(crate) mod request;
pub(crate) mod signing_in;
pub(crate) mod user;
pub(crate) mod worth_keeping;

use crate::edge::clock::now;
use crate::edge::output::{Ui, local_time};
use crate::edge::process::exec;
use crate::error::Result;
use crate::model::console::Console;
use crate::model::environment::Environment;
use crate::model::origin::Sourced;
use crate::model::plan::program_key::plan_either;
use crate::model::plan::step::Step;
use crate::model::plan::{Fresh, Plan};
use crate::model::settings::Settings;
use crate::options::SignIn;
use crate::sign_in::ask::code_source::{Asking, given};
use crate::sign_in::ask::confirm::confirm;
use crate::sign_in::cached::{cached, find_known_device, open_cache};
use crate::sign_in::for_program::rest_of_session;
use crate::sign_in::request::{For, read_settings};
use crate::sign_in::signing_in::account::learn_account;
use crate::sign_in::signing_in::{Obtained, SigningIn};
use crate::sign_in::worth_keeping::check_use;

/// Obtains the session that options, environment and files ask for: a cached one, or else a new one.
///
/// # Errors
/// Everything that can be wrong before and during a sign-in; as much as possible of it before a code
/// is asked for.
pub(crate) fn obtain(
    env: &Environment,
    sign_in: &SignIn,
    ui: Ui,
    what_for: For<'_>,
) -> Result<Obtained> {
    obtain_with(read_settings(env, sign_in)?, env, sign_in, ui, what_for)
}

/// The same with settings that were read already.
///
/// # Errors
/// As [`obtain`].
pub(crate) fn obtain_with(
    mut settings: Settings,
    env: &Environment,
    sign_in: &SignIn,
    ui: Ui,
    what_for: For<'_>,
) -> Result<Obtained> {
    let asking = Asking {
        given: given(env, sign_in),
        purpose: what_for.purpose(),
    };
    tell(&settings, ui);
    let least = settings.min_ttl.clone();
    if let For::Program = what_for {
        settings.leave_enough_for_programs();
    }
    let cache = open_cache(env, sign_in.cache)?;
    find_known_device(&mut settings, &cache)?;
    let look_up = |step: &Step| cached(&cache, step);
    let fresh = Fresh::asked_for(sign_in.fresh, asking.given.is_some());
    let (mut settings, plan) = plan_either(settings, fresh, now(), look_up)?;
    if let For::Console = what_for {
        Console::new(&settings, None)?;
    }
    match plan.into_session() {
        Ok(mut session) => {
            log::info!(
                "using the cached session, which ends at {}",
                local_time(session.expires_at, now())
            );
            learn_account(&settings, &mut session, ui)?;
            confirm(env, sign_in, &settings, what_for, &cache, ui)?;
            Ok(Obtained {
                session,
                settings,
                not_kept: None,
            })
        }
        Err(plan) => {
            check_before_question(&settings, &plan, what_for)?;
            confirm(env, sign_in, &settings, what_for, &cache, ui)?;
            let signed_in = SigningIn::prepare(env, asking, sign_in, settings.clone(), &cache, ui)
                .and_then(SigningIn::finish);
            match (signed_in, what_for) {
                (Err(error), For::Program) if !sign_in.fresh => {
                    settings.min_ttl = least;
                    rest_of_session(settings, &cache, ui)?.ok_or(error)
                }
                (signed_in, _) => signed_in,
            }
        }
    }
}

/// What is not as the caller may think, and with `-v` which profile it is.
fn tell(settings: &Settings, ui: Ui) {
    for notice in &settings.notices {
        ui.notice(notice);
    }
    let Sourced { value, origin } = &settings.profile;
    log::info!("profile {value} (from {origin})");
}

/// What can be refused before a person is asked for anything.
fn check_before_question(settings: &Settings, plan: &Plan, what_for: For<'_>) -> Result<()> {
    if let Some(reason) = &plan.reason {
        log::info!("signing in: {reason}");
    }
    plan.check(settings, what_for.is_used_now())?;
    if !what_for.is_used_now() {
        return check_use(settings);
    }
    let command = what_for.command().and_then(<[_]>::first);
    command.map_or(Ok(()), |name| exec::check_command(name))
}

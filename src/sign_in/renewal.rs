//! The next session for a command that runs longer than one: from the cache, or with calls that need
//! no person. Nothing is asked, as a request of the command waits for it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::edge::clock::now;
use crate::edge::output::Ui;
use crate::error::{Error, Result};
use crate::model::endpoint::answer::{MIN_SECONDS_LEFT, NotRenewed};
use crate::model::environment::Environment;
use crate::model::plan::Fresh;
use crate::model::plan::program_key::plan_either;
use crate::model::plan::step::{Step, steps};
use crate::model::prompt::question::Purpose;
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::time::Span;
use crate::model::vars::CODE;
use crate::options::SignIn;
use crate::sign_in::ask::code_source::{Asking, how_to_sign_in};
use crate::sign_in::cached::{cached, find_known_device, open_cache};
use crate::sign_in::learn_account;
use crate::sign_in::request::read_settings;
use crate::sign_in::signing_in::SigningIn;

/// After a code of `mfa_process` was refused, no other one is sent for this time: AWS locks a device
/// after too many.
const PAUSE_OF_CODES: Duration = Duration::from_secs(120);

/// What the next sessions are got with.
pub(crate) struct Renewal {
    env: Environment,
    sign_in: SignIn,
    /// When a sign-in with a code has failed, and why.
    failed: Mutex<Option<(Instant, String)>>,
}

impl Renewal {
    /// `env` is the caller's environment without exports.
    pub(crate) fn new(mut env: Environment, sign_in: SignIn) -> Self {
        // Codes have had their use when the command began.
        env.remove(CODE);
        let sign_in = SignIn {
            no_input: true,
            code: None,
            prompt: None,
            fresh: false,
            ..sign_in
        };
        Self {
            env,
            sign_in,
            failed: Mutex::new(None),
        }
    }

    /// Gets the session once more.
    ///
    /// # Errors
    /// Why there is none, and what helps.
    pub(crate) fn renew(&self) -> std::result::Result<Session, NotRenewed> {
        let paused = {
            let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            let recent = failed.iter().find(|(at, _)| at.elapsed() < PAUSE_OF_CODES);
            recent.map(|(_, cause)| cause.clone())
        };
        match get(&self.env, &self.sign_in, paused.is_none()) {
            Ok(RenewalOutcome::Session(session)) => Ok(*session),
            Ok(RenewalOutcome::SignInNeeded(settings)) => {
                let name = &settings.profile.value;
                let cause = paused.unwrap_or_else(|| "the next one needs an MFA code".to_owned());
                let remedy = how_to_sign_in("sign in again", &self.sign_in, &settings);
                Err(NotRenewed::SignInNeeded(format!(
                    "the session of {name} has ended: {cause}; {remedy}"
                )))
            }
            Ok(RenewalOutcome::CodeFailed(error)) => {
                let failed = Some((Instant::now(), error.summary()));
                *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = failed;
                Err(NotRenewed::Failed(error.in_one_line()))
            }
            Err(error) => Err(NotRenewed::Failed(error.in_one_line())),
        }
    }
}

enum RenewalOutcome {
    Session(Box<Session>),
    SignInNeeded(Box<Settings>),
    /// A code of `mfa_process` was no help.
    CodeFailed(Error),
}

/// `with_codes`: `mfa_process` may be run.
fn get(env: &Environment, sign_in: &SignIn, with_codes: bool) -> Result<RenewalOutcome> {
    let ui = Ui::new(true, 0);
    let mut settings = read_settings(env, sign_in)?;
    let cache = open_cache(env, sign_in.cache)?;
    find_known_device(&mut settings, &cache)?;
    let look = |step: &Step| cached(&cache, step);
    let wanted = settings.min_ttl.value.seconds;
    // Early, and yet not so early that a short session never has enough left.
    let longest = steps(&settings).last().map_or(0, |step| step.duration);
    settings.min_ttl.value = Span::from(wanted.max(MIN_SECONDS_LEFT).min(longest / 2));
    let (early, mut plan) = plan_either(settings.clone(), Fresh::Nothing, now(), look)?;
    // Without a person there may be no better one than that which ends soon.
    if plan.needs_code() && (early.mfa_process.is_none() || !with_codes) {
        settings.min_ttl.value = Span::from(1);
        (settings, plan) = plan_either(settings, Fresh::Nothing, now(), look)?;
        if plan.needs_code() {
            return Ok(RenewalOutcome::SignInNeeded(Box::new(settings)));
        }
    } else {
        settings = early;
    }
    let (mut session, settings) = match plan.into_session() {
        Ok(session) => (session, settings),
        Err(plan) => {
            plan.check(&settings, false)?;
            let needs_code = plan.needs_code();
            let asking = Asking {
                given: None,
                purpose: Purpose::SignIn,
            };
            let signing_in = SigningIn::prepare(env, asking, sign_in, settings, &cache, ui)?;
            match signing_in.finish_and_go_on() {
                Ok(obtained) => (obtained.session, obtained.settings),
                Err(error) if needs_code => return Ok(RenewalOutcome::CodeFailed(error)),
                Err(error) => return Err(error),
            }
        }
    };
    learn_account(&settings, &mut session, ui)?;
    let account = session.account.as_deref();
    let guards = &settings.guards;
    guards.check_account(&settings.profile.value, account)?;
    Ok(RenewalOutcome::Session(Box::new(session)))
}

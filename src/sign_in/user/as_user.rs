//! The MFA session of the user whose key a profile begins with, for calls to IAM about the user: the
//! roles of the profile are left out.

use crate::edge::aws::thread::Aws;
use crate::edge::clock::now;
use crate::edge::output::Ui;
use crate::edge::store::cache::Cache;
use crate::edge::store::room;
use crate::error::{Error, Result};
use crate::model::arn::user_name;
use crate::model::environment::Environment;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::failure::{CallFailure, Meaning};
use crate::model::origin::{Origin, Sourced};
use crate::model::plan::{Fresh, plan};
use crate::model::prompt::question::Purpose;
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::time::Span;
use crate::options::SignIn;
use crate::sign_in::ask::code_source::{Asking, given};
use crate::sign_in::ask::progress::tell_slow;
use crate::sign_in::cached::{cached, find_known_device};
use crate::sign_in::signing_in::SigningIn;

/// A user who has given a code.
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) session: Session,
    /// Without roles.
    pub(crate) settings: Settings,
    pub(crate) aws: Aws,
}

/// Obtains the user's MFA session, a cached one if `enough` seconds of it are left. Whose the key is, is
/// asked before a code is.
///
/// # Errors
/// The key is that of a root user, and everything that can be wrong with a sign-in.
pub(crate) fn sign_in_as_user(
    env: &Environment,
    sign_in: &SignIn,
    mut settings: Settings,
    enough: u64,
    cache: &Cache,
    ui: Ui,
) -> Result<User> {
    let asking = Asking {
        given: given(env, sign_in),
        purpose: Purpose::SignIn,
    };
    // The account of a role may be another one.
    let is_guarded = settings.roles.is_empty();
    settings.roles.clear();
    // More than a new session has is never left.
    let enough = enough.min(settings.mfa_duration.value.seconds);
    settings.min_ttl = Sourced::new(Span::from(enough), Origin::Default);
    for notice in &settings.notices {
        ui.notice(notice);
    }
    find_known_device(&mut settings, cache)?;
    let plan = plan(&settings, Fresh::Nothing, now(), |step| cached(cache, step))?;
    room::check_descriptors()?;
    let aws = Aws::start(&settings, settings.partition_arn())?;
    let mut known = plan.into_session().ok();
    let ask = |session: Option<&Session>| {
        let identity = aws.caller_identity(session, None);
        identity.wait(|| tell_slow(ui))
    };
    let mut identity = ask(known.as_ref());
    // A session that AWS has ended is as good as none.
    if known.is_some() && identity.as_ref().is_err_and(is_over) {
        known = None;
        identity = ask(None);
    }
    let asked = Asked::by_key(&settings, None);
    let identity = identity.map_err(|failure| diagnose(&failure, &asked))?;
    if is_guarded {
        let account = Some(identity.account.as_str());
        let profile = &settings.profile.value;
        settings.guards.check_account(profile, account)?;
    }
    let Some(name) = user_name(&identity.arn).map(str::to_owned) else {
        return Err(no_user(&settings, &identity.arn));
    };
    let (session, settings) = match known {
        Some(session) => (session, settings),
        None => {
            let sign_in = SignIn {
                fresh: true,
                ..sign_in.clone()
            };
            let signing_in = SigningIn::prepare(env, asking, &sign_in, settings, cache, ui);
            let obtained = signing_in?.finish()?;
            (obtained.session, obtained.settings)
        }
    };
    Ok(User {
        name,
        arn: identity.arn,
        session,
        settings,
        aws,
    })
}

fn is_over(failure: &CallFailure) -> bool {
    failure.meaning() == Meaning::DeadKey || failure.code == "ExpiredToken"
}

/// A root user's key has all rights, and IAM lets no session of it change keys.
fn no_user(settings: &Settings, arn: &str) -> Error {
    let profile = &settings.profile.value;
    Error::new(
        format!("the key of profile {profile} is not that of an IAM user"),
        format!("AWS says that it belongs to {arn}"),
        "delete the key of a root user in the console, and use an IAM user",
    )
}

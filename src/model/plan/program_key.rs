//! Keys from `credential_process`. A program can give temporary keys, which are the command's, or a
//! long-term key, which is the beginning of an MFA session like one in a file. Which of the two is
//! known only when it has run.
//!
//! A session that was got with such a key is kept under what is configured: the profile, the line and
//! the device. So a run that finds it does not run the program, and an edited line misses. A user who
//! lets the output of one line depend on something else gets the session of before until it ends, or
//! says `--fresh`.

use crate::error::Result;
use crate::model::plan::step::Step;
use crate::model::plan::{Fresh, Plan, plan};
use crate::model::session::Session;
use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::model::source::provider::Provider;
use crate::model::time::Timestamp;

impl Settings {
    /// The program that gives the keys, whatever they turn out to be.
    pub fn program(&self) -> Option<&Provider> {
        match &self.source {
            Source::Provider(program) if program.command().is_some() => Some(program),
            Source::KeyOfProgram { program, .. } => Some(program),
            Source::Key(_) | Source::Provider(_) => None,
        }
    }

    /// The settings in the case that the program gives a long-term key.
    pub fn with_key_of_program(&self) -> Option<Self> {
        let program = self.program()?.clone();
        let mut settings = self.clone();
        settings.source = Source::KeyOfProgram { program, key: None };
        Some(settings)
    }

    /// Whether an MFA device may come to have a part in it.
    pub fn may_use_device(&self) -> bool {
        (self.begins_with_key() || self.program().is_some()) && self.mfa_of_key().is_used()
    }

    /// What represents the long-term key where something is remembered of it: the program where that
    /// gives it, as the key is not known then.
    pub fn key_identity(&self) -> String {
        match self.program() {
            Some(program) => program.id(),
            None => self.key_id().to_owned(),
        }
    }

    /// The program, where it has to run for this plan.
    pub fn program_to_run(&self, plan: &Plan) -> Option<&Provider> {
        let runs = plan.missing().iter().any(|step| step.provider().is_some());
        self.program().filter(|_| runs)
    }
}

/// The plan, and the settings that it is made with. Where a program could give a long-term key, and a
/// cached session was obtained with one, the program has no part in it. Otherwise it decides.
///
/// # Errors
/// Those of `look`.
pub(crate) fn plan_either(
    settings: Settings,
    fresh: Fresh,
    now: Timestamp,
    mut look: impl FnMut(&Step) -> Result<Option<Session>>,
) -> Result<(Settings, Plan)> {
    let undecided = settings.key().is_none();
    let Some(with_key) = settings.with_key_of_program().filter(|_| undecided) else {
        let plan = plan(&settings, fresh, now, look)?;
        return Ok((settings, plan));
    };
    let of_key = plan(&with_key, fresh, now, &mut look)?;
    if of_key.cached.is_some() {
        return Ok((with_key, of_key));
    }
    let mut settings = settings;
    if let Source::KeyOfProgram { program, key: None } = settings.source {
        settings.source = Source::Provider(program);
    }
    let mut plan = plan(&settings, fresh, now, look)?;
    plan.ended = plan.ended.max(of_key.ended);
    Ok((settings, plan))
}

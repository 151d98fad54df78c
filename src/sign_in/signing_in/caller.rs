//! Whose the keys are, where the name of a role's session depends on it and no one has asked before.

use crate::error::Result;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::plan::calls::asks_for_name;
use crate::model::plan::step::Step;
use crate::model::session::Session;
use crate::model::source::Source;
use crate::model::source::caller::Caller;
use crate::sign_in::cached::caller_id;
use crate::sign_in::signing_in::{KeyCheck, SigningIn};

impl SigningIn<'_> {
    /// Finds out whose the keys are, with `source`, the session that is going to assume the role, or
    /// with the key itself. A question before has asked already, with the key.
    pub(crate) fn find_caller(&mut self, step: &Step, source: Option<&Session>) -> Result<()> {
        if !asks_for_name(&self.settings, step) {
            return Ok(());
        }
        let answer = match &self.check {
            KeyCheck::Over(Some(identity)) => Ok(identity.clone()),
            _ => self.wait(self.aws.caller_identity(source, None)),
        };
        match answer {
            Ok(identity) => {
                self.settings.caller = Caller::of_arn(&identity.arn);
                self.remember_caller();
                Ok(())
            }
            Err(failure) if failure.stops_sign_in() => Err(diagnose(
                &failure,
                &Asked {
                    settings: &self.settings,
                    serial: None,
                    role: step.role(),
                    with_session: source.is_some(),
                    session_name: None,
                    renewal: None,
                },
            )),
            // The role may allow another name. It is asked for again when a session is.
            Err(failure) => {
                log::info!("STS does not tell whose the keys are: {}", failure.cause());
                self.settings.caller = Caller::Nameless;
                Ok(())
            }
        }
    }

    /// What a program or an environment gives may be another user's tomorrow.
    fn remember_caller(&self) {
        let stays = match &self.settings.source {
            Source::Key(_) | Source::KeyOfProgram { .. } => true,
            Source::Provider(provider) => provider.is_worth_keeping(),
        };
        if stays
            && let Err(error) = self
                .cache
                .store_caller(&caller_id(&self.settings), &self.settings.caller)
        {
            log::debug!("cannot remember the user: {}", error.summary());
        }
    }
}

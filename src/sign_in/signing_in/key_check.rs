//! The key is checked while a person types the code: what is wrong with it shows before the code is
//! spent, often before it is typed.

use std::io::PipeWriter;
use std::time::Duration;

use crate::error::Result;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::plan::calls::tries_key;
use crate::sign_in::ask::code_source::Codes;
use crate::sign_in::ask::progress::tell_slow;
use crate::sign_in::signing_in::{KeyCheck, SigningIn};

/// How long a code that was typed waits for the call that tries the key.
const CHECK_TIME: Duration = Duration::from_secs(2);

impl SigningIn<'_> {
    /// Tries the key, if the plan says so, and lets `waker` end a question for it. A code that comes
    /// without a question waits for the answer.
    pub(crate) fn try_key(&mut self, waker: Option<PipeWriter>) {
        let source = self.codes.as_ref().map(Codes::source);
        if let KeyCheck::NotBegun = self.check
            && source.is_some_and(|source| tries_key(&self.settings, &source))
        {
            self.check = KeyCheck::UnderWay(self.aws.caller_identity(None, waker));
        }
    }

    /// Waits a moment for the call in the background: it is an extra, and the code grows old.
    pub(crate) fn settle(&mut self) -> Result<()> {
        let check = std::mem::replace(&mut self.check, KeyCheck::Over(None));
        self.check = match check {
            KeyCheck::UnderWay(call) => match call.wait_within(CHECK_TIME, || tell_slow(self.ui)) {
                Some(Ok(identity)) => KeyCheck::Over(Some(identity)),
                Some(Err(failure)) if failure.stops_sign_in() => {
                    let asked = Asked::by_key(&self.settings, Some(self.serial()));
                    return Err(diagnose(&failure, &asked));
                }
                // Anything else may go better with the call that counts.
                Some(Err(_)) | None => KeyCheck::Over(None),
            },
            check => check,
        };
        Ok(())
    }
}

//! What becomes of an answer: a session with all that has to be known of it, kept for the next run.

use crate::edge::aws::validate::TemporaryKeys;
use crate::edge::clock::{moment, now};
use crate::edge::store::plain_notice::StoreOutcome;
use crate::edge::store::record::KnownDevice;
use crate::edge::system::boot;
use crate::error::Result;
use crate::model::arn::account_of_arn;
use crate::model::origin::{Origin, Sourced};
use crate::model::plan::step::Step;
use crate::model::session::Session;
use crate::model::session::aws_clock::AwsClock;
use crate::model::settings::mfa::Mfa;
use crate::model::source::role::Role;
use crate::model::time::{Timestamp, in_words};
use crate::sign_in::cached::device_id;
use crate::sign_in::signing_in::{KeyCheck, SigningIn};

impl SigningIn<'_> {
    /// Nothing is shortened in silence.
    pub(crate) fn tell_cut(&self, step: &Step) {
        if let (Some(requested), Some(role)) = (&step.cut, step.role()) {
            self.ui.notice(&format!(
                "the session of role {} lasts {}, not the {} of {}: STS gives no more to a role \
                 that is assumed with temporary keys",
                role.short(),
                in_words(step.duration),
                requested.value,
                requested.origin,
            ));
        }
    }

    /// What is kept of an answer.
    pub(crate) fn session(&self, step: &Step, keys: TemporaryKeys) -> Session {
        let (now, wanted) = (now(), step.duration);
        let granted = now.until(keys.expires_at);
        // A root user's is cut to an hour; a clock that is a little off is no cut.
        let cut = step.provider().is_none() && granted + 1200 < wanted;
        if cut || granted < step.min_ttl {
            // No one asks for how long a provider's keys last.
            let (who, wanted) = match step.provider() {
                Some(provider) => (provider.name(), 0),
                None => ("STS", wanted),
            };
            let (granted, wanted) = (in_words(granted), in_words(wanted.max(step.min_ttl)));
            self.ui.notice(&format!(
                "{who} gave a session of {granted} instead of {wanted}"
            ));
        }
        let role = step.role();
        let clock = AwsClock::seen(self.aws.clock_offset(), moment(), boot());
        Session {
            kind: step.kind,
            access_key_id: keys.access_key_id,
            secret_access_key: keys.secret_access_key,
            session_token: keys.session_token,
            expires_at: keys.expires_at,
            obtained_at: now,
            aws_is_ahead: clock.ahead(now, moment(), boot),
            clock,
            duration: wanted,
            account: keys.account.or_else(|| self.account(role)),
            serial: self.settings.device().map(str::to_owned),
            source_key_id: self.settings.key().map(|key| key.access_key_id.clone()),
            role_arn: role.map(|role| role.arn.value.clone()),
            profile: self.owner(step),
        }
    }

    /// The profile that a session is shown with: that of the key for what all its roles share.
    fn owner(&self, step: &Step) -> String {
        let settings = &self.settings;
        let key = settings.chain.last().filter(|_| step.role().is_none());
        key.unwrap_or(&settings.profile.value).clone()
    }

    /// The account of a session, as far as it is known: the role's, the caller's, or the device's.
    fn account(&self, role: Option<&Role>) -> Option<String> {
        let of_arn = |arn: &str| account_of_arn(arn).map(str::to_owned);
        if let Some(role) = role {
            return of_arn(&role.arn.value);
        }
        match &self.check {
            KeyCheck::Over(Some(identity)) if self.settings.key().is_some() => {
                Some(identity.account.clone())
            }
            _ => self.settings.device().and_then(of_arn),
        }
    }

    /// Keeps a session, and the device that vouched for it.
    pub(crate) fn keep(&self, step: &Step, session: &Session) -> Result<()> {
        let (Some(id), true) = (&step.id, step.keep) else {
            return Ok(());
        };
        if session.expires_at == Timestamp::NEVER {
            return Ok(());
        }
        if let StoreOutcome::Plain(error) = self.cache.store(id, session, now())? {
            // -q asks to hear less, and not to have secrets on the disk without knowing.
            self.ui.say(&format!(
                "sessions are kept in files without encryption, readable by you alone: {}; to \
                 change that: {}",
                error.cause, error.remedy
            ));
        }
        // A device that has vouched for a session is the right one.
        if step.with_code
            && let Mfa::Device(Sourced {
                value,
                origin: Origin::Discovered,
            }) = self.settings.mfa()
        {
            let device = KnownDevice {
                serial: value.clone(),
                one_of_several: self.one_of_several,
            };
            if let Err(error) = self.cache.store_device(&device_id(&self.settings), &device) {
                log::debug!("cannot remember the device: {}", error.summary());
            }
        }
        Ok(())
    }
}

//! What becomes of an answer: a session with all that has to be known of it, kept for the next run.

use crate::edge::aws::answer::TemporaryKeys;
use crate::edge::clock::now;
use crate::edge::store::record::Device;
use crate::edge::store::told::Stored;
use crate::error::Result;
use crate::model::arn::account_of_arn;
use crate::model::origin::{Origin, Sourced};
use crate::model::plan::calls::asks_for_account;
use crate::model::plan::step::{Layer, Step};
use crate::model::session::Session;
use crate::model::source::Base;
use crate::model::source::role::Role;
use crate::model::time::{Timestamp, in_words};
use crate::sign_in::cached::device_id;
use crate::sign_in::signing_in::Check;
use crate::sign_in::signing_in::SigningIn;

impl SigningIn<'_> {
    /// Nothing is shortened in silence.
    pub(crate) fn tell_cut(&self, layer: &Layer) {
        if let (Some(wish), Some(role)) = (&layer.cut, self.role(layer)) {
            self.ui.notice(&format!(
                "the session of role {} lasts {}, not the {} of {}: STS gives no more to a role \
                 that is assumed with temporary keys",
                role.short(),
                in_words(layer.duration),
                in_words(wish.value),
                wish.origin,
            ));
        }
    }

    /// What is kept of an answer.
    pub(crate) fn session(&self, layer: &Layer, keys: TemporaryKeys) -> Session {
        let (now, wanted) = (now(), layer.duration);
        let granted = now.until(keys.expires_at);
        // A root user's is cut to an hour; a clock that is a little off is no cut.
        let cut = layer.step != Step::Provider && granted + 1200 < wanted;
        if cut || granted < layer.min_ttl {
            // How long a provider's keys last is nobody's wish.
            let (who, wanted) = match (layer.step, &self.settings.base) {
                (Step::Provider, Base::Provider(provider)) => (provider.kind.name(), 0),
                _ => ("STS", wanted),
            };
            let (granted, wanted) = (in_words(granted), in_words(wanted.max(layer.min_ttl)));
            self.ui.notice(&format!(
                "{who} gave a session of {granted} where {wanted} were wanted"
            ));
        }
        let role = self.role(layer);
        let with_device = self.settings.uses_device();
        let mut session = Session {
            kind: layer.kind(&self.settings),
            access_key_id: keys.access_key_id,
            secret_access_key: keys.secret_access_key,
            session_token: keys.session_token,
            expires_at: keys.expires_at,
            obtained_at: now,
            duration: wanted,
            account: keys.account,
            serial: self
                .settings
                .known_serial()
                .filter(|_| with_device)
                .map(str::to_owned),
            source_key_id: self.settings.key().map(|key| key.access_key_id.clone()),
            role_arn: role.map(|role| role.arn.value.clone()),
            profile: self.owner(layer),
        };
        if session.account.is_none() {
            session.account = self.account(layer, role, &session);
        }
        session
    }

    /// The profile that a session is shown with: that of the key for what all its roles share.
    fn owner(&self, layer: &Layer) -> String {
        let settings = &self.settings;
        let key = settings.chain.last().filter(|_| self.role(layer).is_none());
        key.unwrap_or(&settings.profile.value).clone()
    }

    /// The account of a session: the role's, the caller's, the device's, or, if it matters, what
    /// STS says when asked.
    fn account(&self, layer: &Layer, role: Option<&Role>, session: &Session) -> Option<String> {
        let of_arn = |arn: &str| account_of_arn(arn).map(str::to_owned);
        if let Some(role) = role {
            return of_arn(&role.arn.value);
        }
        let found = match &self.check {
            Check::Over(Some(identity)) if self.settings.key().is_some() => {
                Some(identity.account.clone())
            }
            _ => session.serial.as_deref().and_then(of_arn),
        };
        let wanted = asks_for_account(&self.settings, layer, found.is_some());
        found.or_else(|| {
            let asked = wanted.then(|| self.wait(self.aws.caller_identity(Some(session), None)));
            asked?.ok().map(|identity| identity.account)
        })
    }

    /// Keeps a session, and the device that vouched for it.
    pub(crate) fn keep(&self, layer: &Layer, session: &Session) -> Result<()> {
        let (Some(id), true) = (&layer.id, layer.keep) else {
            return Ok(());
        };
        if session.expires_at == Timestamp::NEVER {
            return Ok(());
        }
        if let Stored::Plain(trouble) = self.cache.store(id, session, now())? {
            // No wish to hear less is one to have secrets on the disk without knowing.
            self.ui.say(&format!(
                "sessions are kept in files without encryption, readable by you alone: {}; to \
                 change that: {}",
                trouble.cause, trouble.remedy
            ));
        }
        // A device that has vouched for a session is the right one.
        if layer.with_code
            && let Some(Sourced {
                value,
                origin: Origin::Discovered,
            }) = &self.settings.serial
        {
            let device = Device {
                serial: value.clone(),
                one_of_several: self.one_of_several,
            };
            if let Err(error) = self.cache.store_device(&device_id(&self.settings), &device) {
                tracing::debug!("cannot remember the device: {}", error.summary());
            }
        }
        Ok(())
    }
}

//! The steps of a rotation that a person has agreed to. Each leaves a state from which the next run goes on.

use secrecy::ExposeSecret;

use crate::commands::keys::calls::{explained, signed_in, wait};
use crate::commands::keys::home::place::Home;
use crate::commands::keys::proof::{OF_KNOWN_KEY, OF_NEW_KEY, prove};
use crate::commands::keys::waiting::Waiting;
use crate::edge::output::Ui;
use crate::edge::rotation_record::KeptRecord;
use crate::edge::store::cache::Cache;
use crate::error::{Error, Result};
use crate::escape::shell_line;
use crate::model::environment::Environment;
use crate::model::failure::{CallFailure, Meaning};
use crate::model::rotation::NewKey;
use crate::model::rotation::keys::UserKey;
use crate::model::rotation::plan::{OldStatus, Rotation};
use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::model::source::key::LongTermKey;
use crate::model::time::in_words;
use crate::options::SignIn;
use crate::sign_in::ask::progress::tell_slow;
use crate::sign_in::carry_over::carry_over;
use crate::sign_in::request::read_settings;
use crate::sign_in::user::as_user::User;

pub(super) struct Rotating<'a> {
    pub(super) env: &'a Environment,
    pub(super) sign_in: &'a SignIn,
    pub(super) with_roles: &'a Settings,
    /// The key of the file as it was read.
    pub(super) key: &'a LongTermKey,
    pub(super) user: &'a User,
    pub(super) home: &'a dyn Home,
    pub(super) cache: &'a Cache,
    pub(super) ui: Ui,
}

impl Rotating<'_> {
    /// Makes room on the disk and in IAM, and keeps what IAM creates.
    pub(super) fn create(
        &self,
        record: &mut Option<KeptRecord>,
        first: Option<&UserKey>,
    ) -> Result<NewKey> {
        let mut kept = match record.take() {
            Some(mut kept) => {
                kept.forget_new()?;
                kept
            }
            None => self.home.begin()?,
        };
        let ready = self.check_unchanged().and_then(|()| self.make_room(first));
        if let Err(error) = ready {
            // It says nothing, and the next run takes it over.
            kept.remove().ok();
            return Err(error);
        }
        let call = self.user.aws.create_access_key(signed_in(self.user));
        let new = match call.wait(|| tell_slow(self.ui)) {
            Ok(new) => new,
            // The record tells the next run that there may be a key.
            Err(failure) if failure.meaning() == Meaning::Unknown => {
                return Err(self.lost(&failure));
            }
            Err(failure) => {
                kept.remove().ok();
                return Err(explained(&failure, self.user));
            }
        };
        let place = match self.home.keep(&mut kept, new.clone()) {
            Ok(place) => place,
            Err(error) => {
                let back = self.delete_key(&new.id);
                return Err(match back {
                    Ok(()) => error.and(&format!("the new key {} is deleted again", new.id)),
                    Err(more) => error.and(&format!("{} stays: {}", new.id, more.summary())),
                });
            }
        };
        self.ui
            .notice(&format!("created {}, kept in {place} for now", new.id));
        *record = Some(kept);
        Ok(new)
    }

    fn make_room(&self, first: Option<&UserKey>) -> Result<()> {
        first.map_or(Ok(()), |key| self.delete_key(&key.id))
    }

    /// Another mfaexec may have rotated the key while a person was asked.
    fn check_unchanged(&self) -> Result<()> {
        let now = read_settings(self.env, self.sign_in)?;
        match now.key() {
            Some(key) if key.access_key_id == self.key.access_key_id => Ok(()),
            _ => Err(Error::new(
                "nothing was changed",
                format!("profile {} got another key meanwhile", self.profile()),
                "see which one: mfaexec explain -p NAME",
            )),
        }
    }

    fn lost(&self, failure: &CallFailure) -> Error {
        let line = shell_line(["mfaexec", "keys", "rotate", "-p", self.profile()]);
        explained(failure, self.user).with_remedy(&format!(
            "run it again: {line}; if IAM has created a key, it shows how to delete it"
        ))
    }

    /// Proves the new key and puts it in the place of the old one.
    pub(super) fn put(
        &self,
        old: &str,
        new: &NewKey,
        record: &mut Option<KeptRecord>,
    ) -> Result<()> {
        let goes_on = |error: Error| {
            error.and(&format!(
                "the new key {} is kept, and the next mfaexec keys rotate goes on with it",
                new.id
            ))
        };
        let settings = self.with_key(new, &self.user.settings);
        let line = shell_line(["mfaexec", "keys", "rotate", "-p", self.profile()]);
        let remedy = format!(
            "wait some minutes and run it again: {line}; or begin anew: {line} --delete {}",
            new.id
        );
        let proven = prove(
            &settings,
            &self.user.arn,
            OF_NEW_KEY,
            Some(&remedy),
            self.ui,
        );
        if !proven.map_err(goes_on)? {
            return Err(self.take_back(new, record));
        }
        self.ui.notice(&format!("AWS knows {}", new.id));
        // Before the file changes, so that the next run finds its session whenever this one ends.
        let with_roles = self.with_key(new, self.with_roles);
        carry_over(
            self.with_roles,
            &with_roles,
            &self.user.settings,
            self.cache,
        );
        let swapped = self.home.swap(old, new);
        swapped
            .and_then(|()| self.read_back(new))
            .map_err(goes_on)?;
        for place in self.home.shown() {
            self.ui.notice(&format!("put {} into {place}", new.id));
        }
        Ok(())
    }

    /// Deletes a new key whose secret did not arrive as a whole.
    fn take_back(&self, new: &NewKey, record: &mut Option<KeptRecord>) -> Error {
        let deleted = self.delete_key(&new.id);
        let removed = record.take().map_or(Ok(()), KeptRecord::remove);
        match deleted.and(removed) {
            Ok(()) => Error::new(
                format!("cannot create a new key for user {}", self.user.name),
                format!(
                    "the answer of IAM broke off, so that the new key {} did not work; it is deleted again",
                    new.id
                ),
                "run it again",
            ),
            Err(error) => error.and(&format!("the new key {} does not work", new.id)),
        }
    }

    fn with_key(&self, new: &NewKey, settings: &Settings) -> Settings {
        let mut settings = settings.clone();
        settings.source = Source::Key(LongTermKey {
            access_key_id: new.id.clone(),
            secret_access_key: Some(new.secret.clone()),
            place: self.key.place.clone(),
        });
        settings
    }

    /// Makes sure that the next run reads the new key, before the old one becomes inactive.
    fn read_back(&self, new: &NewKey) -> Result<()> {
        let now = read_settings(self.env, self.sign_in)?;
        // A stored secret was read back when it was kept.
        let is_new = |key: &LongTermKey| {
            let secret = key.secret_access_key.as_ref();
            let is_its = secret.is_none_or(|s| s.expose_secret() == new.secret.expose_secret());
            key.access_key_id == new.id && is_its
        };
        match now.key() {
            Some(key) if is_new(key) => Ok(()),
            other => Err(Error::new(
                format!("profile {} does not have the new key", self.profile()),
                other.map_or("it has none".to_owned(), |key| {
                    format!("it has {} ({})", key.access_key_id, key.place)
                }),
                "run it again",
            )),
        }
    }

    /// Makes sure that the key in the file works, which an interrupted run has put there: meanwhile a person
    /// may have changed it in IAM, or in the file.
    pub(super) fn check_in_place(&self) -> Result<()> {
        let settings = &self.user.settings;
        match prove(settings, &self.user.arn, OF_KNOWN_KEY, None, self.ui)? {
            true => Ok(()),
            false => Err(Error::new(
                format!("the secret of access key {} is wrong", settings.key_id()),
                format!(
                    "it was changed since an interrupted rotation ({})",
                    self.key.place
                ),
                format!(
                    "put the right pair there: aws configure --profile {}",
                    self.profile()
                ),
            )),
        }
    }

    pub(super) fn retire(&self, rotation: &Rotation, new: &NewKey) -> Result<()> {
        let old = &rotation.old;
        if rotation.old_status != OldStatus::Active {
            return Ok(());
        }
        let call = self
            .user
            .aws
            .deactivate_access_key(signed_in(self.user), old);
        wait(self.user, self.ui, call).map_err(|error| {
            error.and(&format!(
                "the files have the new key {}, {old} is active, and the next mfaexec keys rotate goes on",
                new.id
            ))
        })?;
        self.ui.notice(&format!("made {old} inactive"));
        Ok(())
    }

    /// Deletes the old key when it is time; whether it is deleted.
    pub(super) fn delete(&self, rotation: &Rotation, after: Option<u64>) -> Result<bool> {
        let old = &rotation.old;
        let Some(after) = after.filter(|_| rotation.old_status != OldStatus::Gone) else {
            return Ok(false);
        };
        if after > 0 {
            self.ui.notice(&format!(
                "waiting {} before {old} is deleted; ^C leaves it inactive",
                in_words(after)
            ));
            Waiting::begin(after, self.ui).pass(after);
        }
        let deleted = self.delete_key(old);
        deleted.map_err(|error| {
            error.and(&format!(
                "{old} is inactive, and the rotation is done otherwise"
            ))
        })?;
        Ok(true)
    }

    fn delete_key(&self, id: &str) -> Result<()> {
        let call = self.user.aws.delete_access_key(signed_in(self.user), id);
        wait(self.user, self.ui, call)?;
        self.ui.notice(&format!("deleted {id}"));
        Ok(())
    }

    fn profile(&self) -> &str {
        &self.with_roles.profile.value
    }
}

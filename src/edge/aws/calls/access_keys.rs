//! The long-term keys of a user in IAM. What changes one is signed with the user's MFA session and names the
//! user, which some calls demand of temporary keys (IAM API reference, ListAccessKeys). What only looks may
//! be signed with the key itself, too.

use aws_sdk_iam::primitives::DateTime;
use aws_sdk_iam::types::StatusType;

use crate::edge::aws::clients::iam_signer;
use crate::edge::aws::errors::{Called, failure, lost};
use crate::edge::aws::thread::{Aws, Pending, of_session};
use crate::model::failure::Progress;
use crate::model::failure::secrets::shortened;
use crate::model::listed_key::{LastUse, ListedKey};
use crate::model::rotation::NewKey;
use crate::model::session::Session;
use crate::model::time::Timestamp;

/// More keys than a user can have.
const MOST_LISTED: usize = 10;

/// The user, and the session that signs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedIn<'a> {
    pub session: &'a Session,
    pub user: &'a str,
}

impl Aws {
    /// The keys of a user, active or not; of the caller's own if none is named.
    pub(crate) fn access_keys(
        &self,
        user: Option<&str>,
        whose: Option<&Session>,
    ) -> Pending<Vec<ListedKey>> {
        const OPERATION: &str = "ListAccessKeys";
        let user = user.map(str::to_owned);
        let signer = whose.map(iam_signer).unwrap_or_default();
        let secrets = self.secrets.clone().with(of_session(whose));
        self.call(OPERATION, None, secrets, |clients| {
            let call = clients.iam.list_access_keys().set_user_name(user);
            async move {
                let call = call.customize().config_override(signer);
                let answer = call.send().await.map_err(|e| failure(OPERATION, &e))?;
                let keys = answer.access_key_metadata.into_iter().take(MOST_LISTED);
                let keys = keys.filter_map(|key| {
                    Some(ListedKey {
                        id: shortened(&key.access_key_id?),
                        active: key.status != Some(StatusType::Inactive),
                        created: key.create_date.as_ref().map(timestamp),
                    })
                });
                Ok(keys.collect())
            }
        })
    }

    pub(crate) fn last_use_of_key(&self, key: &str, whose: Option<&Session>) -> Pending<LastUse> {
        const OPERATION: &str = "GetAccessKeyLastUsed";
        let key = key.to_owned();
        let signer = whose.map(iam_signer).unwrap_or_default();
        let secrets = self.secrets.clone().with(of_session(whose));
        self.call(OPERATION, None, secrets, |clients| {
            let call = clients.iam.get_access_key_last_used().access_key_id(key);
            async move {
                let call = call.customize().config_override(signer);
                let answer = call.send().await.map_err(|e| failure(OPERATION, &e))?;
                let last = answer.access_key_last_used;
                let last = last.ok_or_else(|| lost(OPERATION, "the answer says nothing"))?;
                Ok(LastUse {
                    at: last.last_used_date.as_ref().map(timestamp),
                    service: shortened(&last.service_name),
                    region: shortened(&last.region),
                })
            }
        })
    }

    /// Sent once: a lost answer may have created a key all the same.
    pub(crate) fn create_access_key(&self, who: SignedIn<'_>) -> Pending<NewKey> {
        const OPERATION: &str = "CreateAccessKey";
        let (signer, user) = (iam_signer(who.session), who.user.to_owned());
        self.call(OPERATION, None, self.secrets_with(who.session), |clients| {
            let call = clients.iam.create_access_key().user_name(user);
            async move {
                let call = call.customize().config_override(signer);
                let answer = call.send().await.map_err(|e| failure(OPERATION, &e))?;
                let key = answer
                    .access_key
                    .ok_or_else(|| lost(OPERATION, "the answer holds no key"))?;
                validate_new_key(key.access_key_id, key.secret_access_key)
            }
        })
    }

    /// Makes a key inactive. One that is not there any more is as good.
    pub(crate) fn deactivate_access_key(&self, who: SignedIn<'_>, id: &str) -> Pending<()> {
        const OPERATION: &str = "UpdateAccessKey";
        let (signer, user, id) = (iam_signer(who.session), who.user.to_owned(), id.to_owned());
        self.call(OPERATION, None, self.secrets_with(who.session), |clients| {
            let call = clients.iam.update_access_key().user_name(user);
            let call = call.access_key_id(id).status(StatusType::Inactive);
            async move {
                let call = call.customize().config_override(signer);
                let answer = call.send().await.map(drop);
                or_gone(answer.map_err(|e| failure(OPERATION, &e)))
            }
        })
    }

    pub(crate) fn delete_access_key(&self, who: SignedIn<'_>, id: &str) -> Pending<()> {
        const OPERATION: &str = "DeleteAccessKey";
        let (signer, user, id) = (iam_signer(who.session), who.user.to_owned(), id.to_owned());
        self.call(OPERATION, None, self.secrets_with(who.session), |clients| {
            let call = clients.iam.delete_access_key().user_name(user);
            let call = call.access_key_id(id);
            async move {
                let call = call.customize().config_override(signer);
                let answer = call.send().await.map(drop);
                or_gone(answer.map_err(|e| failure(OPERATION, &e)))
            }
        })
    }
}

fn or_gone(answer: Called<()>) -> Called<()> {
    match answer {
        Err(failure) if failure.progress == Progress::Refused && failure.code == "NoSuchEntity" => {
            Ok(())
        }
        answer => answer,
    }
}

/// A pair that goes into a file of settings: nothing in it may end a line or begin a comment.
fn validate_new_key(id: String, secret: String) -> Called<NewKey> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_id = (16..=128).contains(&id.len()) && id.bytes().all(word);
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
    let is_secret = (16..=128).contains(&secret.len()) && secret.bytes().all(letter);
    match is_id && is_secret {
        true => Ok(NewKey {
            id,
            secret: secret.into(),
        }),
        false => Err(lost(
            "CreateAccessKey",
            "the key in the answer cannot be one",
        )),
    }
}

fn timestamp(at: &DateTime) -> Timestamp {
    Timestamp(u64::try_from(at.secs()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_adds_nothing_to_a_file_of_settings() {
        let validated = |id: &str, secret: &str| validate_new_key(id.into(), secret.into()).is_ok();
        let (id, secret) = (
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCY+EXAMPLEKE",
        );
        assert!(validated(id, secret));
        for wrong in ["", "AKIA", "AKIAIOSFODNN7\n[root]", "AKIAIOSFODNN7EXAMPLE "] {
            assert!(!validated(wrong, secret), "{wrong:?}");
        }
        for wrong in [
            "",
            "short",
            "wJalrXUtnFEMI K7MDENG",
            "wJalrXUtnFEMI/K7\nrole_arn=x",
            "wJalrXUtnFEMI/K7 ;x",
        ] {
            assert!(!validated(id, wrong), "{wrong:?}");
        }
    }
}

//! The long-term keys of a user in IAM. Every call is signed with the user's MFA session and names the
//! user, which some of them demand of temporary keys (IAM API reference, ListAccessKeys).

use aws_sdk_iam::types::StatusType;

use crate::edge::aws::clients::iam_signer;
use crate::edge::aws::errors::{Called, failure, lost};
use crate::edge::aws::thread::{Aws, Pending};
use crate::model::failure::Progress;
use crate::model::failure::secrets::shortened;
use crate::model::rotation::NewKey;
use crate::model::rotation::keys::{LastUse, UserKey};
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
    pub(crate) fn access_keys(&self, who: SignedIn<'_>) -> Pending<Vec<UserKey>> {
        const OPERATION: &str = "ListAccessKeys";
        let (signer, user) = (iam_signer(who.session), who.user.to_owned());
        self.call(OPERATION, None, self.secrets_with(who.session), |clients| {
            let call = clients.iam.list_access_keys().user_name(user);
            async move {
                let call = call.customize().config_override(signer);
                let answer = call.send().await.map_err(|e| failure(OPERATION, &e))?;
                let listed = answer.access_key_metadata.into_iter().take(MOST_LISTED);
                Ok(listed
                    .map(|key| UserKey {
                        id: shortened(&key.access_key_id.unwrap_or_default()),
                        active: key.status != Some(StatusType::Inactive),
                        created: key.create_date.as_ref().map(timestamp),
                        last_use: LastUse::Unknown,
                    })
                    .collect())
            }
        })
    }

    pub(crate) fn last_use_of_key(&self, who: SignedIn<'_>, id: &str) -> Pending<LastUse> {
        const OPERATION: &str = "GetAccessKeyLastUsed";
        let (signer, id) = (iam_signer(who.session), id.to_owned());
        self.call(OPERATION, None, self.secrets_with(who.session), |clients| {
            let call = clients.iam.get_access_key_last_used().access_key_id(id);
            async move {
                let call = call.customize().config_override(signer);
                let answer = call.send().await.map_err(|e| failure(OPERATION, &e))?;
                let used = answer.access_key_last_used;
                let at = used.as_ref().and_then(|used| used.last_used_date);
                let service = used.as_ref().map(|used| shortened(&used.service_name));
                Ok(match at {
                    Some(at) => LastUse::At(timestamp(&at), service.unwrap_or_default()),
                    None => LastUse::Never,
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

fn timestamp(at: &aws_smithy_types::DateTime) -> Timestamp {
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

//! What IAM knows of the keys of a user. With a session where there is one, or else with the long-term
//! key: policies often allow these calls only with MFA.

use aws_sdk_iam::primitives::DateTime;
use aws_sdk_iam::types::StatusType;

use crate::edge::aws::clients::iam_signer;
use crate::edge::aws::errors::{failure, lost};
use crate::edge::aws::thread::{Aws, Pending, of_session};
use crate::model::doctor::key::{LastUse, ListedKey};
use crate::model::doctor::policy::Permission;
use crate::model::failure::Meaning;
use crate::model::failure::secrets::shortened;
use crate::model::session::Session;
use crate::model::time::Timestamp;

/// More keys than a user can have (IAM and STS quotas: two).
const MOST_KEYS: usize = 10;

impl Aws {
    /// The keys of a user, active or not; of the caller's own if none is named.
    pub(crate) fn listed_keys(
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
                let keys = answer.access_key_metadata.into_iter().take(MOST_KEYS);
                let keys = keys.filter_map(|key| {
                    Some(ListedKey {
                        id: shortened(&key.access_key_id?),
                        active: key.status == Some(StatusType::Active),
                        created: key.create_date.as_ref().map(moment),
                    })
                });
                Ok(keys.collect())
            }
        })
    }

    pub(crate) fn last_use(&self, key: &str, whose: Option<&Session>) -> Pending<LastUse> {
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
                    at: last.last_used_date.as_ref().map(moment),
                    service: shortened(&last.service_name),
                    region: shortened(&last.region),
                })
            }
        })
    }

    /// Whether IAM tells the signer who the users of the account are: a call that no one needs for a
    /// sign-in, and that changes nothing.
    pub(crate) fn may_list_users(&self, whose: Option<&Session>) -> Pending<Permission> {
        const OPERATION: &str = "ListUsers";
        let signer = whose.map(iam_signer).unwrap_or_default();
        let secrets = self.secrets.clone().with(of_session(whose));
        self.call(OPERATION, None, secrets, |clients| {
            let call = clients.iam.list_users().max_items(1);
            async move {
                let answer = call.customize().config_override(signer).send().await;
                match answer.map_err(|e| failure(OPERATION, &e)) {
                    Ok(_) => Ok(Permission::Allowed),
                    Err(failure) if failure.meaning() == Meaning::Denied => Ok(Permission::Refused),
                    Err(failure) => Err(failure),
                }
            }
        })
    }
}

fn moment(time: &DateTime) -> Timestamp {
    Timestamp(u64::try_from(time.secs()).unwrap_or(0))
}

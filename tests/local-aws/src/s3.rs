//! S3: ListBuckets, which needs `s3:ListAllMyBuckets`. The account has no buckets.

use crate::auth::Caller;
use crate::policy::Decision;
use crate::refusal::{Answer, Refusal};
use crate::state::State;
use crate::xml::{tag, text};

pub(crate) fn call(state: &State, caller: &Caller, now: i64) -> Answer<String> {
    const ACTION: &str = "s3:ListAllMyBuckets";
    let why = match caller.may(state, &caller.context(now), ACTION, "arn:aws:s3:::*") {
        Decision::Allowed => {
            let owner = tag("Owner", &text("ID", &state.account.id));
            return Ok(owner + &tag("Buckets", ""));
        }
        Decision::Silent => format!("because no identity-based policy allows the {ACTION} action"),
        Decision::Denied => "with an explicit deny in an identity-based policy".to_owned(),
    };
    Err(Refusal::access_denied(format!(
        "User: {} is not authorized to perform: {ACTION} {why}",
        caller.arn(state)
    )))
}

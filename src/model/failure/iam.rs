//! The calls to IAM, and what a refusal of one means for the person who looks after the account.

/// Every call that mfaexec makes to IAM. The permission for each is `iam:` and its name.
const IAM_CALLS: [&str; 14] = [
    "CreateAccessKey",
    "CreateVirtualMFADevice",
    "DeactivateMFADevice",
    "DeleteAccessKey",
    "DeleteVirtualMFADevice",
    "EnableMFADevice",
    "GetAccessKeyLastUsed",
    "GetUser",
    "ListAccessKeys",
    "ListMFADevices",
    "ListUsers",
    "ListVirtualMFADevices",
    "ResyncMFADevice",
    "UpdateAccessKey",
];

pub(super) fn is_iam(operation: &str) -> bool {
    IAM_CALLS.contains(&operation)
}

/// What to do where a call was not allowed. IAM's answer says in its cause whether a policy denies it or
/// no policy allows it.
pub(super) fn permission(operation: &str) -> String {
    match is_iam(operation) {
        true => format!(
            "ask the account's administrator for iam:{operation}; mfaexec policy self-service \
             prints a policy that allows it"
        ),
        false => "ask the account's administrator for the permission".to_owned(),
    }
}

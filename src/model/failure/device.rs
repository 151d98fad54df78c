//! What IAM says of MFA devices, with what to do. All else is as for every other call.

use crate::error::Error;
use crate::model::failure::CallFailure;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::mfa_device::enroll::command;

/// What a call was about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AboutDevice<'a> {
    pub serial: &'a str,
    pub user: &'a str,
    /// The profile with the key.
    pub profile: Option<&'a str>,
}

/// Makes the error of a failed call about a device (IAM API reference, the errors of each call).
pub(crate) fn diagnose_device(
    failure: &CallFailure,
    about: AboutDevice<'_>,
    asked: &Asked<'_>,
) -> Error {
    let AboutDevice {
        serial,
        user,
        profile,
    } = about;
    let creates = failure.operation == "CreateVirtualMFADevice";
    let (what, remedy) = match failure.code.as_str() {
        "InvalidAuthenticationCode" => (
            format!("IAM did not accept the two codes of {serial}"),
            "type two codes that this device shows one after the other; if they are right, let the \
             phone set its clock by itself"
                .to_owned(),
        ),
        "EntityAlreadyExists" if creates => (
            format!("there is an MFA device {serial} already"),
            format!(
                "give the new one another name: {} --device phone (or {} shows whether it was left \
                 over)",
                command("mfa enroll", profile),
                command("mfa list", profile)
            ),
        ),
        "EntityAlreadyExists" => (
            format!("the MFA device {serial} is in use already"),
            format!("see whose it is: {}", command("mfa list", profile)),
        ),
        "LimitExceeded" if creates => (
            "the account has as many virtual MFA devices as IAM allows".to_owned(),
            "let an administrator delete some that no user has: aws iam list-virtual-mfa-devices \
             --assignment-status Unassigned"
                .to_owned(),
        ),
        "LimitExceeded" => (
            format!("the user {user} has as many MFA devices as IAM allows"),
            format!(
                "remove one that is not in use: {} --device NAME",
                command("mfa remove", profile)
            ),
        ),
        "EntityTemporarilyUnmodifiable" | "ConcurrentModification" => (
            format!("IAM is still busy with an earlier change of {serial}"),
            "wait a minute, then run the same command again".to_owned(),
        ),
        "NoSuchEntity" => (
            format!("the user {user} has no MFA device {serial}"),
            format!("see which ones there are: {}", command("mfa list", profile)),
        ),
        "DeleteConflict" => (
            format!("the MFA device {serial} is in use"),
            format!("see whose it is: {}", command("mfa list", profile)),
        ),
        _ => return diagnose(failure, asked),
    };
    Error::new(what, failure.cause(), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::Profiles;
    use crate::model::config::{ConfigFile, FileKind};
    use crate::model::environment::Environment;
    use crate::model::failure::Progress;
    use crate::model::failure::route::Machine;
    use crate::model::origin::{Origin, Sourced};
    use crate::model::settings::selection::Selection;
    use crate::model::settings::{SessionOptions, Settings};

    fn settings() -> Settings {
        let text = "[work]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n";
        let file = ConfigFile {
            kind: FileKind::Credentials,
            path: "credentials".into(),
            bytes: text.into(),
        };
        let profiles = Profiles::parse(vec![file]).expect("it is valid");
        let chosen = Selection::Profile(Sourced::new("work".to_owned(), Origin::Default));
        let options = SessionOptions::default();
        let env = Environment::default();
        Settings::new(&options, chosen, &env, &profiles).expect("it is a profile")
    }

    #[test]
    fn each_refusal_has_something_to_do() {
        let settings = settings();
        let about = AboutDevice {
            serial: "arn:aws:iam::123456789012:mfa/ann",
            user: "ann",
            profile: Some("work"),
        };
        for (operation, code, remedy) in [
            (
                "CreateVirtualMFADevice",
                "EntityAlreadyExists",
                "mfaexec mfa enroll -p work --device phone",
            ),
            (
                "CreateVirtualMFADevice",
                "LimitExceeded",
                "--assignment-status Unassigned",
            ),
            (
                "EnableMFADevice",
                "EntityAlreadyExists",
                "mfaexec mfa list -p work",
            ),
            (
                "EnableMFADevice",
                "LimitExceeded",
                "mfaexec mfa remove -p work --device NAME",
            ),
            (
                "EnableMFADevice",
                "InvalidAuthenticationCode",
                "one after the other",
            ),
            (
                "EnableMFADevice",
                "EntityTemporarilyUnmodifiable",
                "wait a minute",
            ),
            (
                "DeactivateMFADevice",
                "ConcurrentModification",
                "wait a minute",
            ),
            (
                "ResyncMFADevice",
                "NoSuchEntity",
                "mfaexec mfa list -p work",
            ),
            (
                "DeleteVirtualMFADevice",
                "DeleteConflict",
                "mfaexec mfa list -p work",
            ),
            (
                "DeactivateMFADevice",
                "AccessDenied",
                "iam:DeactivateMFADevice",
            ),
        ] {
            let failure = CallFailure {
                operation,
                progress: Progress::Refused,
                code: code.to_owned(),
                message: "the words of IAM".to_owned(),
                clock_offset: None,
                not_aws: false,
                never_came_to_aws: false,
                route: Box::default(),
                machine: Machine::default(),
            };
            let error = diagnose_device(&failure, about, &Asked::by_key(&settings, None));
            let text = error.to_string();
            assert!(text.contains(remedy), "{operation}: {text}");
            assert!(
                text.contains(&format!("the words of IAM ({code})")),
                "{text}"
            );
        }
    }
}

//! The variables that decide whose credentials a program uses, with who reads them. One table: what
//! the command must not see, what a shell takes out again, and what a program that asks for a code
//! has no use for all come from it.
//!
//! Looked for in the SDKs' sources. Left alone on purpose: names that only say something (AWS_VAULT,
//! AWSUME_PROFILE), that are read after the session's own (BOTO_CONFIG, EC2_ACCESS_KEY,
//! AWSACCESSKEYID of s3fs), that users make up for one tool (AWS_PROD_PROFILE of the Serverless
//! Framework: the stage is part of the name), and the names of tools that have their own, such as
//! RCLONE_S3_ACCESS_KEY_ID.

/// How a variable is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Is(&'static str),
    StartsWith(&'static str),
}

use Name::{Is, StartsWith};

impl Name {
    fn covers(self, name: &[u8]) -> bool {
        match self {
            Is(own) => own.as_bytes() == name,
            StartsWith(prefix) => name.starts_with(prefix.as_bytes()),
        }
    }
}

/// What a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Secret,
    NoSecret,
}

use Holds::{NoSecret, Secret};

/// Variables that lead some SDK or tool to other credentials than the session.
const RIVALS: [(Name, Holds); 20] = [
    // The JavaScript SDK lets it beat the keys; botocore fails when the profile is missing.
    (Is("AWS_PROFILE"), NoSecret),
    (Is("AWS_DEFAULT_PROFILE"), NoSecret),
    // The Elastic Beanstalk CLI.
    (Is("AWS_EB_PROFILE"), NoSecret),
    // botocore and most SDKs let it beat every key. The name of the service is the suffix.
    (StartsWith("AWS_BEARER_TOKEN_"), Secret),
    // botocore takes it before AWS_SESSION_TOKEN; boto 2 knows no other.
    (Is("AWS_SECURITY_TOKEN"), Secret),
    // Older names in the SDKs for Go, Java, Ruby and Rust, and in boto 2.
    (Is("AWS_ACCESS_KEY"), NoSecret),
    (Is("AWS_SECRET_KEY"), Secret),
    (Is("AMAZON_ACCESS_KEY_ID"), NoSecret),
    (Is("AMAZON_SECRET_ACCESS_KEY"), Secret),
    (Is("AMAZON_SESSION_TOKEN"), Secret),
    (Is("SECRET_ACCESS_KEY"), Secret),
    (Is("AWS_CREDENTIAL_FILE"), NoSecret),
    (Is("AWS_CREDENTIAL_SCOPE"), NoSecret),
    // Sources that some chains ask first.
    (Is("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), NoSecret),
    (Is("AWS_CONTAINER_CREDENTIALS_FULL_URI"), NoSecret),
    (Is("AWS_CONTAINER_AUTHORIZATION_TOKEN"), Secret),
    (Is("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"), NoSecret),
    (Is("AWS_WEB_IDENTITY_TOKEN_FILE"), NoSecret),
    (Is("AWS_ROLE_ARN"), NoSecret),
    (Is(ROLE_SESSION_NAME), NoSecret),
];

/// botocore reads it for a web identity, aws-vault and mfaexec for the last role.
pub(crate) const ROLE_SESSION_NAME: &str = "AWS_ROLE_SESSION_NAME";
/// What represents a session in an environment.
pub(crate) const SESSION: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ACCOUNT_ID",
];

/// The secrets of a session, which every SDK reads.
const SESSION_SECRETS: [&str; 2] = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/// A one-time code for mfaexec.
pub(crate) const CODE: &str = "MFAEXEC_CODE";
/// Carries code to a shell that starts: what the session wants to be set and unset when the user's
/// own files are done. Then the shell unsets it.
pub(crate) const RESTORE: &str = "MFAEXEC_RESTORE";
/// The profiles whose `credential_process` this run is part of.
pub(crate) const PROCESS_OF: &str = "MFAEXEC_PROCESS_OF";

/// mfaexec's own that hold secrets.
const OWN_SECRETS: [&str; 2] = [CODE, RESTORE];

/// Whether the variable leads some program to other credentials than the session.
pub(crate) fn is_rival(name: &[u8]) -> bool {
    // Most variables are none of these, and this is asked of each of them in every run.
    let possible = name.starts_with(b"A") || name.starts_with(b"S");
    possible && RIVALS.iter().any(|(rival, _)| rival.covers(name))
}

/// Whether the command must not see the variable: a rival, or what only mfaexec has a use for.
pub(crate) fn is_removed(name: &[u8]) -> bool {
    let own = || OWN_SECRETS.iter().chain([&PROCESS_OF]);
    is_rival(name) || own().any(|own| own.as_bytes() == name)
}

/// Whether a program that asks a person for a code must not see the variable: it needs no secret.
pub(crate) fn is_withheld(name: &[u8]) -> bool {
    let mut secrets = SESSION_SECRETS.iter().chain(&OWN_SECRETS);
    let rival = |(rival, holds): &(Name, Holds)| *holds == Secret && rival.covers(name);
    secrets.any(|secret| secret.as_bytes() == name) || RIVALS.iter().any(rival)
}

/// The rivals that have one name.
pub(crate) fn rival_names() -> impl Iterator<Item = &'static str> {
    RIVALS.iter().filter_map(|(name, _)| match name {
        Is(name) => Some(*name),
        StartsWith(_) => None,
    })
}

/// What the names of the other rivals begin with.
pub(crate) fn rival_prefixes() -> impl Iterator<Item = &'static str> {
    RIVALS.iter().filter_map(|(name, _)| match name {
        Is(_) => None,
        StartsWith(prefix) => Some(*prefix),
    })
}

/// The long-term key of an environment that the session replaces: a run inside belongs to
/// it as to a profile.
pub(crate) const SOURCE_KEY: &str = "MFAEXEC_SOURCE_KEY";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rival_is_known_by_its_whole_name_or_by_its_beginning() {
        for name in ["AWS_PROFILE", "AWS_EB_PROFILE", "SECRET_ACCESS_KEY"] {
            assert!(is_rival(name.as_bytes()), "{name}");
        }
        for name in ["AWS_BEARER_TOKEN_BEDROCK", "AWS_BEARER_TOKEN_NEW_SERVICE"] {
            assert!(is_rival(name.as_bytes()) && is_withheld(name.as_bytes()));
        }
        for name in ["AWS_PROFILES", "AWS_VAULT", "aws_profile", "AWS_REGION", ""] {
            assert!(!is_removed(name.as_bytes()), "{name}");
        }
        // Every rival begins with a letter that is looked at.
        let names = rival_names().chain(rival_prefixes());
        assert!(names.map(str::as_bytes).all(is_rival));
    }

    #[test]
    fn no_secret_is_left_to_a_program_that_asks() {
        for name in ["AWS_SESSION_TOKEN", "MFAEXEC_RESTORE", "MFAEXEC_CODE"] {
            assert!(is_withheld(name.as_bytes()), "{name}");
        }
        for name in ["AWS_PROFILE", "DISPLAY", "AWS_ACCESS_KEY_ID"] {
            assert!(!is_withheld(name.as_bytes()), "{name}");
        }
    }
}

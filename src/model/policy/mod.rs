//! Ready policies that ask for MFA. They follow the samples of the IAM User Guide, "AWS: Allows
//! MFA-authenticated IAM users to manage their own MFA device on the Security credentials page", and say
//! less: nothing here is for passwords, certificates or the console.

mod document;

use crate::error::{Error, Kind, Result};
use crate::model::arn::{Arn, is_account};
use crate::model::settings::regions::{is_region, partition_of};
use crate::model::time::{Span, in_words};
use document::{Document, Statement, with_mfa, with_old_mfa, without_mfa};

/// What a policy is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PolicyPurpose {
    /// Actions that are allowed only with MFA.
    Mfa {
        actions: Vec<String>,
        resources: Vec<String>,
    },
    /// Users look after their own key and device.
    SelfService { enrolled: bool },
    /// Whatever other policies allow, not without MFA.
    DenyWithoutMfa { enrolled: bool },
    /// Who may assume a role, only with MFA.
    Trust { principals: Vec<String> },
}

/// What the story shows: a call that changes nothing and costs nothing.
pub(crate) const EXAMPLE_ACTION: &str = "ec2:DescribeRegions";

/// The longest that an MFA session lasts. Older MFA does not exist.
const MOST_AGE: u64 = 36 * 3600;

/// Calls that find the own device and put it in step, and the call that needs its code.
const TO_SIGN_IN: [&str; 6] = [
    "iam:GetMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "sts:GetSessionToken",
];

/// What a user without a device does to get one. An interrupted enrolment has left a device whose seed
/// no one knows: it has to be deleted before it can be made anew. A device that a user has is not
/// deleted by this, only one that was deactivated (IAM API reference, DeleteVirtualMFADevice), and
/// that takes a code.
const TO_ENROLL: [&str; 3] = [
    "iam:CreateVirtualMFADevice",
    "iam:DeleteVirtualMFADevice",
    "iam:EnableMFADevice",
];

/// The policy as JSON. `region` decides on the partition in ARNs.
///
/// # Errors
/// An action, a principal, an age or a region that cannot be in a policy.
pub(crate) fn policy(
    purpose: &PolicyPurpose,
    max_age: Option<&Span>,
    region: Option<&str>,
) -> Result<String> {
    if let Some(age) = max_age.filter(|age| !(1..=MOST_AGE).contains(&age.seconds)) {
        return Err(usage(
            &format!("--max-age {age} makes no policy"),
            "no MFA session is that young, or that old: STS gives 36 hours at most",
            &format!("choose one between 1s and {}", in_words(MOST_AGE)),
        ));
    }
    let max_age = max_age.map(|age| age.seconds);
    check_region(region)?;
    let given = region.map(partition_of);
    let partition = given.unwrap_or("aws");
    let statements = match purpose {
        PolicyPurpose::Mfa { actions, resources } => {
            for action in actions {
                check_action(action)?;
            }
            let resources = resources.iter().map(String::as_str);
            let allow = Statement::allow("AllowWithMfa", actions.iter().map(String::as_str));
            vec![allow.on(resources).when(with_mfa(max_age))]
        }
        PolicyPurpose::SelfService { enrolled } => {
            let mut statements = self_service(partition);
            statements.extend(deny(*enrolled, max_age));
            statements
        }
        PolicyPurpose::DenyWithoutMfa { enrolled } => deny(*enrolled, max_age),
        PolicyPurpose::Trust { principals } => {
            let of_arns = principals.iter().find_map(|name| Arn::parse(name));
            let partition = given.or(of_arns.map(|arn| arn.partition)).unwrap_or("aws");
            let arns: Result<Vec<String>> = principals
                .iter()
                .map(|principal| principal_arn(principal, partition))
                .collect();
            let allow = Statement::allow("AssumeWithMfa", ["sts:AssumeRole"]);
            vec![allow.for_principals(arns?).when(with_mfa(max_age))]
        }
    };
    Ok(Document::new(statements).to_json())
}

/// What users may do about themselves; `deny` takes most of it back until they have shown a code.
fn self_service(partition: &str) -> Vec<Statement> {
    let own = |kind: &str| format!("arn:{partition}:iam::*:{kind}/${{aws:username}}");
    // A user in a path has it before the name; names are unique in an account whatever the path is.
    let own_user = [
        own("user"),
        format!("arn:{partition}:iam::*:user/*/${{aws:username}}"),
    ];
    // Another device of the same user is in a path of the user's name: a beginning such as `ann-` would
    // also fit the devices of ann-marie.
    let own_devices = [own("mfa"), own("mfa") + "/*"];
    vec![
        Statement::allow("SeeDevices", ["iam:ListVirtualMFADevices"]).on(["*"]),
        Statement::allow(
            "ManageOwnDevice",
            [
                "iam:DeactivateMFADevice",
                "iam:EnableMFADevice",
                "iam:GetMFADevice",
                "iam:GetUser",
                "iam:ListMFADevices",
                "iam:ResyncMFADevice",
            ],
        )
        .on(own_user.clone()),
        // Any name, as in the sample: the console lets users choose it.
        Statement::allow("CreateDevice", ["iam:CreateVirtualMFADevice"])
            .on([format!("arn:{partition}:iam::*:mfa/*")]),
        Statement::allow("DeleteOwnDevice", ["iam:DeleteVirtualMFADevice"]).on(own_devices),
        Statement::allow(
            "ManageOwnKeys",
            [
                "iam:CreateAccessKey",
                "iam:DeleteAccessKey",
                "iam:GetAccessKeyLastUsed",
                "iam:ListAccessKeys",
                "iam:UpdateAccessKey",
            ],
        )
        .on(own_user),
    ]
}

/// Nothing without MFA, except to sign in and, unless the users have a device, to enrol one.
fn deny(enrolled: bool, max_age: Option<u64>) -> Vec<Statement> {
    let mut exceptions = TO_SIGN_IN.to_vec();
    if !enrolled {
        exceptions.extend(TO_ENROLL);
    }
    exceptions.sort_unstable();
    let deny = |sid| Statement::deny_all_except(sid, &exceptions);
    let mut statements = vec![deny("DenyWithoutMfa").when(without_mfa())];
    if let Some(max_age) = max_age {
        statements.push(deny("DenyOldMfa").when(with_old_mfa(max_age)));
    }
    statements
}

fn check_region(region: Option<&str>) -> Result<()> {
    match region {
        Some(region) if !is_region(region) => Err(usage(
            &format!("{region} is no region's name"),
            "the partition in ARNs comes from the region",
            "give one such as eu-central-1 with --region",
        )),
        _ => Ok(()),
    }
}

/// `service:Action`, with wildcards (IAM User Guide, "IAM JSON policy elements: Action").
fn check_action(action: &str) -> Result<()> {
    let letter = |c: char| c.is_ascii_alphanumeric();
    let known = match action.split_once(':') {
        Some((service, name)) => {
            let service = !service.is_empty() && service.chars().all(|c| letter(c) || c == '-');
            service && !name.is_empty() && name.chars().all(|c| letter(c) || "*?".contains(c))
        }
        None => action == "*",
    };
    if known {
        return Ok(());
    }
    Err(usage(
        &format!("{action} is no action"),
        "an action has the name of a service before it",
        &format!("write it like {EXAMPLE_ACTION}, s3:Get* or *"),
    ))
}

/// The ARN of an account or of a user, from which sessions with MFA come.
fn principal_arn(principal: &str, partition: &str) -> Result<String> {
    if is_account(principal) {
        return Ok(format!("arn:{partition}:iam::{principal}:root"));
    }
    let arn = Arn::parse(principal).filter(|arn| is_account(arn.account) && arn.region.is_empty());
    let refuse = |cause: &str| {
        Err(usage(
            &format!("{principal} cannot be the principal of this policy"),
            cause,
            "give an account (123456789012) or a user (arn:aws:iam::123456789012:user/testuser)",
        ))
    };
    match arn {
        Some(arn) if arn.partition != partition => refuse(&format!(
            "it is in the partition {}, and a role of the partition {partition} cannot trust it",
            arn.partition
        )),
        Some(arn) if arn.service == "iam" && arn.resource == "root" => Ok(principal.to_owned()),
        Some(arn) if arn.service == "iam" && arn.path_and_name("user").is_some() => {
            Ok(principal.to_owned())
        }
        // STS never says of a role session that there was MFA.
        Some(arn) if arn.resource.contains("role/") => {
            refuse("the session of a role carries no MFA, so it could never assume this role")
        }
        _ => refuse("it is neither an account nor the ARN of a user"),
    }
}

fn usage(what: &str, cause: &str, remedy: &str) -> Error {
    Error::of(Kind::Usage, what, cause, remedy)
}

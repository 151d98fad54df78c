//! `mfaexec policy`: each policy is tried by the evaluator of local-aws, with each kind of credentials.

use local_aws::{Decision, Policy};

use crate::harness::{World, aws_client, finish, has};

const USER: &str = "arn:aws:iam::123456789012:user/ann";
const USER_IN_PATH: &str = "arn:aws:iam::123456789012:user/division/ann";
const OTHER: &str = "arn:aws:iam::123456789012:user/bob";
const LIKE_USER: &str = "arn:aws:iam::123456789012:user/joann";
const DEVICE: &str = "arn:aws:iam::123456789012:mfa/ann";
const SECOND: &str = "arn:aws:iam::123456789012:mfa/ann/phone";
const OTHER_DEVICE: &str = "arn:aws:iam::123456789012:mfa/ann-marie";
const ALL: &str = "*";

/// What a request says of MFA.
#[derive(Clone, Copy, Debug)]
enum With {
    Key,
    SessionWithoutMfa,
    /// Verified that many seconds ago.
    Mfa(u32),
    Role,
}
use With::{Key, Mfa, Role, SessionWithoutMfa};

const WITHOUT_MFA: [With; 3] = [Key, SessionWithoutMfa, Role];
const HOUR: u32 = 3600;

struct Printed {
    text: String,
    policy: Policy,
}

impl Printed {
    fn new(args: &[&str]) -> Self {
        let world = World::new();
        let said = world.run(&[&["policy"], args].concat());
        assert_eq!(said.stderr, "", "{args:?}");
        assert!(world.aws.journal().is_empty(), "it works offline");
        let text = said.succeeds();
        let policy = Policy::from_json(&text).unwrap();
        Self { text, policy }
    }

    /// What IAM says about it as a policy of a user, and the size that IAM counts.
    fn fits_a_user(&self) {
        Policy::identity(&self.text).unwrap();
        let size = self.text.chars().filter(|c| !c.is_whitespace()).count();
        assert!(size <= 2048, "{size} characters");
    }

    fn says(&self, with: With, action: &str, resource: &str) -> Decision {
        self.answer(with, action, resource, &[])
    }

    fn answer(&self, with: With, action: &str, resource: &str, principals: &[&str]) -> Decision {
        let age = match with {
            Mfa(age) => age.to_string(),
            _ => String::new(),
        };
        let present = ("aws:multifactorauthpresent", "true");
        let age = ("aws:multifactorauthage", age.as_str());
        let user = ("aws:username", "ann");
        let context: &[_] = match with {
            Key => &[user],
            SessionWithoutMfa => &[user, ("aws:multifactorauthpresent", "false")],
            Mfa(_) => &[user, present, age],
            Role => &[],
        };
        self.policy.decision(action, resource, principals, context)
    }

    #[track_caller]
    fn allows(&self, with: With, action: &str, resource: &str) {
        let found = self.says(with, action, resource);
        assert_eq!(found, Decision::Allowed, "{with:?} {action} {resource}");
    }

    #[track_caller]
    fn forbids(&self, with: With, action: &str, resource: &str) {
        let found = self.says(with, action, resource);
        assert_eq!(found, Decision::Denied, "{with:?} {action} {resource}");
    }

    #[track_caller]
    fn leaves(&self, with: With, action: &str, resource: &str) {
        let found = self.says(with, action, resource);
        assert_eq!(found, Decision::Silent, "{with:?} {action} {resource}");
    }
}

#[test]
fn mfa_allows_its_actions_with_mfa_alone() {
    for args in [&[][..], &["mfa"]] {
        let printed = Printed::new(args);
        printed.fits_a_user();
        for with in WITHOUT_MFA {
            printed.leaves(with, "ec2:DescribeRegions", ALL);
        }
        printed.allows(Mfa(0), "ec2:DescribeRegions", ALL);
        printed.allows(Mfa(129_599), "ec2:DescribeRegions", ALL);
        printed.leaves(Mfa(0), "ec2:TerminateInstances", ALL);
    }
    let resource = "arn:aws:s3:::reports/*";
    let args = ["--action", "s3:Get*", "--action", "s3:ListBucket"];
    let printed = Printed::new(&[&["mfa", "--resource", resource], &args[..]].concat());
    printed.fits_a_user();
    printed.allows(Mfa(0), "s3:GetObject", "arn:aws:s3:::reports/may");
    printed.allows(Mfa(0), "s3:ListBucket", "arn:aws:s3:::reports/");
    printed.leaves(Mfa(0), "s3:PutObject", "arn:aws:s3:::reports/may");
    printed.leaves(Mfa(0), "s3:GetObject", "arn:aws:s3:::letters/may");
    printed.leaves(Key, "s3:GetObject", "arn:aws:s3:::reports/may");
}

#[test]
fn mfa_has_an_age() {
    for time in ["1h", "60m", "3600"] {
        let printed = Printed::new(&["mfa", "--max-age", time]);
        printed.fits_a_user();
        printed.allows(Mfa(HOUR - 1), "ec2:DescribeRegions", ALL);
        printed.leaves(Mfa(HOUR), "ec2:DescribeRegions", ALL);
        for with in WITHOUT_MFA {
            printed.leaves(with, "ec2:DescribeRegions", ALL);
        }
    }
}

/// What a user does to get a device, and to sign in with it. One that was left over by an interruption
/// belongs to no user, and has to be deleted first.
const ENROLL: [(&str, &str); 9] = [
    ("iam:DeleteVirtualMFADevice", DEVICE),
    ("iam:DeleteVirtualMFADevice", SECOND),
    (
        "iam:ListVirtualMFADevices",
        "arn:aws:iam::123456789012:mfa/",
    ),
    ("iam:CreateVirtualMFADevice", DEVICE),
    ("iam:CreateVirtualMFADevice", SECOND),
    ("iam:EnableMFADevice", USER),
    ("iam:ResyncMFADevice", USER),
    ("iam:ListMFADevices", USER),
    ("iam:GetUser", USER),
];

/// What a thief would like to do with the key.
const MANAGE: [(&str, &str); 6] = [
    ("iam:CreateAccessKey", USER),
    ("iam:UpdateAccessKey", USER),
    ("iam:DeleteAccessKey", USER),
    ("iam:ListAccessKeys", USER),
    ("iam:GetAccessKeyLastUsed", USER),
    ("iam:DeactivateMFADevice", USER),
];

#[test]
fn self_service_is_for_the_own_key_and_device() {
    let printed = Printed::new(&["self-service"]);
    printed.fits_a_user();
    for (action, resource) in ENROLL {
        for with in [Key, SessionWithoutMfa, Mfa(0), Mfa(129_599)] {
            printed.allows(with, action, resource);
        }
    }
    for (action, resource) in MANAGE {
        printed.allows(Mfa(0), action, resource);
        for with in WITHOUT_MFA {
            printed.forbids(with, action, resource);
        }
    }
    // A user in a path has the same rights, and no one else's.
    printed.allows(Key, "iam:EnableMFADevice", USER_IN_PATH);
    printed.allows(Mfa(0), "iam:CreateAccessKey", USER_IN_PATH);
    for (action, _) in MANAGE
        .into_iter()
        .chain(ENROLL)
        .filter(|(action, resource)| {
            resource.contains(":user/") && *action != "iam:ListVirtualMFADevices"
        })
    {
        for other in [OTHER, LIKE_USER] {
            printed.leaves(Mfa(0), action, other);
            assert_ne!(printed.says(Key, action, other), Decision::Allowed);
        }
    }
    printed.leaves(Mfa(0), "iam:DeleteVirtualMFADevice", OTHER_DEVICE);
    // Nothing else: not without a code, whatever other policies allow, and not by this one with it.
    for action in [
        "ec2:DescribeRegions",
        "iam:AttachUserPolicy",
        "sts:AssumeRole",
    ] {
        for with in WITHOUT_MFA {
            printed.forbids(with, action, USER);
        }
        printed.leaves(Mfa(0), action, USER);
    }
    printed.leaves(Key, "sts:GetSessionToken", ALL);
}

#[test]
fn deny_without_mfa_leaves_what_signing_in_needs() {
    let printed = Printed::new(&["deny-without-mfa"]);
    printed.fits_a_user();
    for (action, resource) in ENROLL.into_iter().chain([("sts:GetSessionToken", ALL)]) {
        printed.leaves(Key, action, resource);
    }
    for (action, resource) in MANAGE.into_iter().chain([("ec2:DescribeRegions", ALL)]) {
        for with in WITHOUT_MFA {
            printed.forbids(with, action, resource);
        }
        printed.leaves(Mfa(0), action, resource);
        printed.leaves(Mfa(129_599), action, resource);
    }
}

#[test]
fn old_mfa_is_as_good_as_none() {
    for kind in ["self-service", "deny-without-mfa"] {
        let printed = Printed::new(&[kind, "--max-age", "1h"]);
        printed.fits_a_user();
        for (action, resource) in MANAGE.into_iter().chain([("ec2:DescribeRegions", ALL)]) {
            printed.forbids(Mfa(HOUR), action, resource);
            let fresh = printed.says(Mfa(HOUR - 1), action, resource);
            assert_ne!(fresh, Decision::Denied, "{action}");
            printed.forbids(Key, action, resource);
        }
        let enroll = printed.says(Key, "iam:EnableMFADevice", USER);
        assert_ne!(enroll, Decision::Denied);
    }
}

/// With the key alone a thief could add a device of their own, and sign in with it.
#[test]
fn no_second_device_without_a_code() {
    for kind in ["self-service", "deny-without-mfa"] {
        let printed = Printed::new(&[kind, "--enrolled"]);
        printed.fits_a_user();
        for (action, resource) in [
            ("iam:CreateVirtualMFADevice", DEVICE),
            ("iam:DeleteVirtualMFADevice", DEVICE),
            ("iam:EnableMFADevice", USER),
        ] {
            for with in WITHOUT_MFA {
                printed.forbids(with, action, resource);
            }
            assert_ne!(printed.says(Mfa(0), action, resource), Decision::Denied);
        }
        // A device that is out of step cannot sign in, so it is put in step without MFA.
        for action in ["iam:ResyncMFADevice", "iam:ListMFADevices"] {
            assert_ne!(printed.says(Key, action, USER), Decision::Denied);
        }
    }
}

#[test]
fn trust_asks_for_mfa() {
    let root = "arn:aws:iam::123456789012:root";
    let role = "arn:aws:iam::123456789012:role/deployer";
    for (principal, arn) in [("123456789012", root), (root, root), (USER, USER)] {
        let printed = Printed::new(&["trust", "--principal", principal]);
        let answer = |with, who: &str| printed.answer(with, "sts:AssumeRole", role, &[who]);
        assert_eq!(answer(Mfa(5), arn), Decision::Allowed, "{principal}");
        for with in WITHOUT_MFA {
            assert_eq!(answer(with, arn), Decision::Silent, "{principal} {with:?}");
        }
        assert_eq!(answer(Mfa(5), OTHER), Decision::Silent, "{principal}");
    }
    // The partition of an account is that of the user beside it.
    let user = "arn:aws-us-gov:iam::123456789012:user/ann";
    let printed = Printed::new(&["trust", "--principal", "123456789012", "--principal", user]);
    has(&printed.text, &["arn:aws-us-gov:iam::123456789012:root"]);
    let both = ["--principal", USER, "--principal", OTHER];
    let printed = Printed::new(&[&["trust", "--max-age", "1h"], &both[..]].concat());
    for who in [USER, OTHER] {
        let answer = |with| printed.answer(with, "sts:AssumeRole", role, &[who]);
        assert_eq!(answer(Mfa(HOUR - 1)), Decision::Allowed);
        assert_eq!(answer(Mfa(HOUR)), Decision::Silent);
    }
}

#[test]
fn the_partition_is_that_of_the_region() {
    let with = |args: &[&str], variables: &[(&str, &str)]| {
        let world = World::new();
        let mut command = world.mfaexec(&[&["policy"], args].concat());
        finish(command.envs(variables.iter().copied())).succeeds()
    };
    let trust = ["trust", "--principal", "123456789012"];
    for (region, partition) in [
        ("eu-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
    ] {
        let root = format!("\"arn:{partition}:iam::123456789012:root\"");
        let variable = [("AWS_REGION", region)];
        has(&with(&trust, &variable), &[&root]);
        has(&with(&trust, &[("AWS_DEFAULT_REGION", region)]), &[&root]);
        let option = [&trust[..], &["--region", region]].concat();
        has(&with(&option, &[("AWS_REGION", "us-iso-east-1")]), &[&root]);
        let service = with(&["self-service"], &variable);
        let arns = service.matches("\"arn:").count();
        let right = service.matches(&format!("\"arn:{partition}:iam::")).count();
        assert_eq!((right, arns > 5), (arns, true), "{service}");
    }
}

#[test]
fn what_makes_no_policy_is_refused() {
    let role = "arn:aws:iam::123456789012:role/deployer";
    for (args, words) in [
        (&["mfa", "--action", "DescribeRegions"][..], "no action"),
        (&["mfa", "--action", "ec2:"], "no action"),
        (&["mfa", "s3:Get*"], "mfaexec policy mfa --action ACTION"),
        (&["mfa", "--max-age", "0"], "--max-age"),
        (&["mfa", "--max-age", "37h"], "36 hours"),
        (&["mfa", "--enrolled"], "self-service and deny-without-mfa"),
        (&["trust"], "whom the role trusts"),
        (&["trust", "--principal", role], "carries no MFA"),
        (&["trust", "--principal", "*"], "neither an account"),
        (&["trust", "--principal", "12345"], "neither an account"),
        (
            &["trust", "--principal", "123456789012", "--action", "ec2:*"],
            "mfaexec policy mfa --action",
        ),
        (
            &["trust", "--principal", USER, "--region", "cn-north-1"],
            "in the partition aws,",
        ),
        (&["self-service", "--region", "Europe"], "no region's name"),
        (&["anything"], "mfa, self-service, deny-without-mfa, trust"),
    ] {
        let world = World::new();
        let error = world.run(&[&["policy"], args].concat()).fails(2);
        has(&error, &[words]);
    }
}

#[test]
fn neither_files_nor_a_home_are_needed() {
    let world = World::new();
    world.write_config("[profile testuser\nnot a config file\n");
    world.run(&["policy"]).succeeds();
    let mut command = world.mfaexec(&["policy", "self-service"]);
    finish(command.env_clear()).succeeds();
}

/// The whole story, through a server that checks signatures and codes.
#[test]
fn the_policies_hold_at_the_server() {
    let world = World::new();
    let self_service = world.run(&["policy", "self-service"]).succeeds();
    let mfa = ["policy", "mfa", "--max-age", "10m"];
    let mfa = world.run(&mfa).succeeds();
    world.aws.edit(|account| {
        account.user_mut("testuser").policies.clear();
        account
            .put_user_policy("testuser", "self-service", &self_service)
            .unwrap();
        account.put_user_policy("testuser", "mfa", &mfa).unwrap();
    });
    let regions = [aws_client(), "ec2", "describe-regions"];
    let mut bare = world.program(regions[0]);
    let refused = finish(bare.args(&regions[1..]).args(["--profile", "testuser"]));
    has(&refused.stderr, &["UnauthorizedOperation"]);
    // The device is found, as self-service allows it.
    world.write_config("[profile testuser]\nregion = eu-central-1\n");
    let code = world.code();
    let run = |more: &[&str]| {
        let mut command = world.mfaexec(&["-p", "testuser"]);
        finish(command.args(more).arg("--").args(regions))
    };
    has(&run(&["-c", &code]).succeeds(), &["eu-central-1"]);
    // Signatures may be a quarter of an hour off, so the server's clock can go on alone.
    world.aws.move_clock(500);
    has(&run(&[]).succeeds(), &["eu-central-1"]);
    world.aws.move_clock(200);
    has(&run(&[]).stderr, &["UnauthorizedOperation"]);
    let without = world.mfaexec(&["-p", "testuser", "--without-mfa", "--"]);
    let mut without = without;
    has(
        &finish(without.args(regions)).stderr,
        &["UnauthorizedOperation"],
    );
}

//! The options of `mfaexec policy`.

use clap::{Args, ValueEnum};

use super::non_empty;
use crate::error::{Error, Kind, Result};
use crate::model::policy::{EXAMPLE_ACTION, PolicyPurpose};
use crate::model::time::Span;

#[derive(Debug, Clone, Args)]
pub(crate) struct PolicyChoice {
    /// Kind of policy: mfa, self-service, deny-without-mfa, trust
    ///
    /// mfa: allow actions only with MFA. self-service: users manage their own key and device, and can
    /// do nothing else until they have given a code. deny-without-mfa: whatever other policies
    /// allow, not without MFA. trust: who may assume a role, only with MFA. Default: mfa.
    #[arg(
        value_name = "KIND",
        default_value = "mfa",
        hide_possible_values = true,
        hide_default_value = true
    )]
    kind: PolicyKind,
    /// mfa: allow this action
    ///
    /// May be given several times. Default: ec2:DescribeRegions, an example that changes nothing.
    #[arg(long, value_name = "ACTION", value_parser = non_empty, help_heading = POLICY)]
    action: Vec<String>,
    /// mfa: allow the actions on this resource
    ///
    /// May be given several times. Default: *, every resource.
    #[arg(long, value_name = "ARN", value_parser = non_empty, help_heading = POLICY)]
    resource: Vec<String>,
    /// trust: the account or the user that is trusted
    ///
    /// The id of an account, or the ARN of a user. May be given several times. With an account, its own
    /// policies decide which of its users can assume the role.
    #[arg(long, value_name = "WHO", value_parser = non_empty, help_heading = POLICY)]
    principal: Vec<String>,
    /// The users have devices: allow no new one without a code
    ///
    /// For self-service and deny-without-mfa. Without this option, the key alone is enough to add a
    /// device, also for a thief. Replace the policy once your users have their devices.
    #[arg(long, help_heading = POLICY)]
    enrolled: bool,
    /// Ask for a new code after this time: 1h, 90m, 3600
    ///
    /// Default: as long as the session lasts.
    #[arg(long, value_name = "TIME", value_parser = Span::parse, help_heading = POLICY)]
    pub max_age: Option<Span>,
    /// Write ARNs for the partition of this region
    ///
    /// Default: AWS_REGION, else AWS_DEFAULT_REGION, else the partition aws.
    #[arg(long, value_name = "REGION", value_parser = non_empty, help_heading = POLICY)]
    pub region: Option<String>,
}

const POLICY: &str = "Policy";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PolicyKind {
    /// Allow actions only with MFA
    Mfa,
    /// Users manage their own key and device
    SelfService,
    /// Deny everything without MFA
    DenyWithoutMfa,
    /// Who may assume a role, only with MFA
    Trust,
}

impl PolicyChoice {
    /// # Errors
    /// An option that this kind of policy has no use for, or a trust policy that trusts no one.
    pub(crate) fn purpose(&self) -> Result<PolicyPurpose> {
        let given = [
            ("--action", !self.action.is_empty(), &[PolicyKind::Mfa][..]),
            ("--resource", !self.resource.is_empty(), &[PolicyKind::Mfa]),
            (
                "--principal",
                !self.principal.is_empty(),
                &[PolicyKind::Trust],
            ),
            (
                "--enrolled",
                self.enrolled,
                &[PolicyKind::SelfService, PolicyKind::DenyWithoutMfa],
            ),
        ];
        let of_others = given
            .into_iter()
            .find(|(_, given, kinds)| *given && !kinds.contains(&self.kind));
        if let Some((option, _, kinds)) = of_others {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.name()).collect();
            return Err(Error::of(
                Kind::Usage,
                format!("a policy of the kind {} has no {option}", self.kind.name()),
                format!("the option is for {}", kinds.join(" and ")),
                format!("mfaexec policy {} {option} ...", kinds[0]),
            ));
        }
        let or = |given: &[String], default: &str| match given {
            [] => vec![default.to_owned()],
            given => given.to_vec(),
        };
        let enrolled = self.enrolled;
        Ok(match self.kind {
            PolicyKind::Mfa => PolicyPurpose::Mfa {
                actions: or(&self.action, EXAMPLE_ACTION),
                resources: or(&self.resource, "*"),
            },
            PolicyKind::SelfService => PolicyPurpose::SelfService { enrolled },
            PolicyKind::DenyWithoutMfa => PolicyPurpose::DenyWithoutMfa { enrolled },
            PolicyKind::Trust if self.principal.is_empty() => {
                return Err(Error::of(
                    Kind::Usage,
                    "a trust policy has to say whom the role trusts",
                    "no --principal was given",
                    "mfaexec policy trust --principal 123456789012, with your account's id",
                ));
            }
            PolicyKind::Trust => PolicyPurpose::Trust {
                principals: self.principal.clone(),
            },
        })
    }
}

impl PolicyKind {
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

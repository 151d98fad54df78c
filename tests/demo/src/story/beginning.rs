//! Before the first session: a user, a policy, a key and a phone.

use crate::failure::{Result, ensure};
use crate::stage::USER;
use crate::story::{BARE, UNAUTHORIZED};
use crate::teller::Teller;

/// Where the server's clock goes after a phone has shown two codes, in seconds.
pub(super) const AHEAD: i64 = 60;
/// The file that the new key comes in.
const KEY: &str = "key.json";
/// What asks for the two codes, in `mfaexec mfa enroll`.
const CODES: [&str; 2] = ["First code: ", "The code after it: "];

pub(super) fn a_user(teller: &mut Teller) -> Result<()> {
    let page = teller.page;
    page.remark(
        "An administrator makes a user. In a real account the administrator shows a code, too.",
    )?;
    teller.works(
        "aws iam create-user --user-name testuser --profile admin",
        &["user/testuser"],
    )?;
    page.remark("mfaexec prints the policies: ec2:DescribeRegions is allowed only with MFA …")?;
    teller.works(
        "mfaexec policy mfa | tee mfa.json",
        &["aws:MultiFactorAuthPresent", "ec2:DescribeRegions"],
    )?;
    page.remark("… and users look after their own device and key, and nothing else.")?;
    teller.works("mfaexec policy self-service > self-service.json", &[])?;
    for policy in ["mfa", "self-service"] {
        let put = "aws iam put-user-policy --user-name testuser --policy-name";
        let document = format!("--policy-document file://{policy}.json");
        teller.works(&format!("{put} {policy} {document} --profile admin"), &[])?;
    }
    let create = "aws iam create-access-key --user-name testuser --profile admin";
    teller.works(&format!("(umask 077; {create} > {KEY})"), &[])?;
    page.remark("The user saves the key, as ever:")?;
    save_the_key(teller)?;
    teller.works(&format!("rm {KEY}"), &[])?;
    Ok(())
}

/// Types the key as a person pastes it.
fn save_the_key(teller: &mut Teller) -> Result<()> {
    let (id, secret) = teller.stage.new_key(KEY)?;
    teller.begin("aws configure --profile testuser")?;
    for (question, answer, shown) in [
        ("AWS Access Key ID [None]: ", id.as_str(), id.as_str()),
        ("AWS Secret Access Key [None]: ", &secret, "(40 characters)"),
        (
            "Default region name [None]: ",
            "eu-central-1",
            "eu-central-1",
        ),
        ("Default output format [None]: ", "", ""),
    ] {
        teller.replies(question, answer, shown)?;
    }
    teller.ends(&[], str::to_owned)
}

pub(super) fn the_key_alone(teller: &mut Teller) -> Result<()> {
    teller.fails(BARE, &[UNAUTHORIZED])?;
    Ok(())
}

pub(super) fn the_phone(teller: &mut Teller) -> Result<()> {
    let page = teller.page;
    page.remark(
        "The key may add a device, and IAM wants two codes of it that follow one another:",
    )?;
    teller.begin("mfaexec mfa enroll -p testuser --yes")?;
    let before = teller.waits_for(CODES[0])?;
    // What was said before the picture.
    let said = before.split('\u{1b}').next().unwrap_or_default();
    page.output(said)?;
    page.note(
        "Here the terminal shows a QR code for the phone. When it is scanned, the picture goes.",
    )?;
    let codes = teller.stage.codes_of_new_device(USER)?;
    page.answer(CODES[0], &codes[0], "typed by the demo")?;
    teller.stage.shell.answer(&codes[0])?;
    teller.waits_for(CODES[1])?;
    page.answer(CODES[1], &codes[1], "the next one, half a minute later")?;
    teller.stage.shell.answer(&codes[1])?;
    // What is said after the picture: the terminal shows its usual screen again.
    let last = |output: &str| {
        let last = output.rsplit("\u{1b}[?1049l").next();
        last.unwrap_or_default().to_owned()
    };
    teller.ends(&["is enabled, and the profile testuser names it"], last)?;
    let devices = teller.stage.aws.account();
    ensure(devices.user(USER).devices.len() == 1, || {
        "the user has no device".to_owned()
    })?;
    // Each code works once, and a phone needs time for the next one.
    teller.stage.aws.set_clock(AHEAD);
    page.remark("This is all that AWS's files have now:")?;
    teller.works("cat .aws/config", &["mfa_serial"])?;
    page.remark("For step 6 the shell writes down what there is:")?;
    teller.works(
        "env | sort > before; cksum .aws/config .aws/credentials > files",
        &[],
    )?;
    Ok(())
}

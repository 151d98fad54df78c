//! The steps of the story. Each runs what it shows and checks what it claims.

mod beginning;
mod care;

use std::time::{Duration, Instant};

use crate::failure::{Result, ensure};
use crate::page::Page;
use crate::stage::Stage;
use crate::teller::{REGION, Teller};

const BARE: &str = "aws ec2 describe-regions --profile testuser";
const RUN: &str = "mfaexec -p testuser -- aws ec2 describe-regions";
const UNAUTHORIZED: &str = "An error occurred (UnauthorizedOperation)";
/// The last words of the job in `job.sh` before it pauses, for nine seconds.
const PAUSE: &str = r"until its session is over\.";
/// How far the server's clock goes back, so that a session of 15 minutes ends in eight seconds.
const BACK: &str = "-14m52s";
/// Where the clock goes when that session has to be over, in seconds: far enough for a new code.
const AHEAD: i64 = beginning::AHEAD + 60;

type Step = fn(&mut Teller) -> Result<()>;

/// Tells the whole story.
pub(crate) fn tell(stage: &mut Stage, page: &Page) -> Result<()> {
    let steps: [(&str, Step); 9] = [
        (
            "1. A user who needs a code for everything",
            beginning::a_user,
        ),
        (
            "2. The access key alone can do nothing",
            beginning::the_key_alone,
        ),
        ("3. A phone becomes the MFA device", beginning::the_phone),
        ("4. With a code from the phone it works", with_a_code),
        ("5. The second time no one is asked", the_second_time),
        ("6. The calling shell is as it was", the_calling_shell),
        ("7. The session ends by itself", the_end),
        (
            "8. Another key, and a look at all of it",
            care::the_key_and_the_rest,
        ),
        ("That was the story", the_curtain),
    ];
    let mut teller = Teller { stage, page };
    for (title, step) in steps {
        page.heading(title)?;
        step(&mut teller).map_err(|failure| failure.within(title))?;
    }
    Ok(())
}

fn with_a_code(teller: &mut Teller) -> Result<()> {
    let page = teller.page;
    teller.stage.aws.clear_journal();
    teller.asks(RUN)?;
    page.remark("Four hours, unless -d says otherwise:")?;
    teller.works("mfaexec status", &["MFA session"])?;
    page.remark(
        "What AWS was asked. The first call went out while the code was typed: it finds out\n\
         early if the key, the clock or the network is not right.",
    )?;
    teller.works("local-aws journal", &["GetSessionToken", "duration=14400"])?;
    Ok(())
}

fn the_second_time(teller: &mut Teller) -> Result<()> {
    let page = teller.page;
    teller.stage.aws.clear_journal();
    let begun = Instant::now();
    let finished = teller.works(RUN, &[REGION])?;
    let took = begun.elapsed().as_secs_f64();
    ensure(!finished.output.contains("MFA code"), || {
        "mfaexec asked again".to_owned()
    })?;
    page.note(&format!("no question; {took:.1} s with the command"))?;
    page.remark("STS was not asked either. This is all that came since:")?;
    teller.works("local-aws journal", &["DescribeRegions"])?;
    let actions = teller.actions();
    ensure(actions == ["DescribeRegions"], || {
        format!("AWS was asked for {actions:?}, not for DescribeRegions alone")
    })?;
    page.remark("What mfaexec itself takes of the time (the best of five runs):")?;
    let nothing = "mfaexec -p testuser -- true";
    teller.works(nothing, &[])?;
    let took = teller.stage.time(nothing)?;
    page.note(&format!("{} ms", took.as_millis()))?;
    ensure(took < Duration::from_secs(1), || {
        format!("mfaexec took {took:.1?} with a session at hand")
    })
}

fn the_calling_shell(teller: &mut Teller) -> Result<()> {
    let files = "cksum .aws/config .aws/credentials | diff files -";
    for (compare, good) in [
        ("env | sort | diff before -", "No variable has changed."),
        (files, "No file of AWS's has changed."),
    ] {
        teller.works(&format!("{compare} && echo \"{good}\""), &[good])?;
    }
    teller.fails(BARE, &[UNAUTHORIZED])?;
    Ok(())
}

fn the_end(teller: &mut Teller) -> Result<()> {
    let page = teller.page;
    page.remark(
        "No session is shorter than 15 minutes, and no one wants to wait that long: the clock of\n\
         local-aws is put back, so that 15 minutes pass in eight seconds.",
    )?;
    teller.stage.aws.set_clock(0);
    teller.works(&format!("local-aws clock {BACK}"), &["14m 52s behind"])?;
    page.remark("This takes longer than its session, which --fresh makes a new one:")?;
    teller.works("cat job", &["sleep 9"])?;

    teller.question("mfaexec -p testuser --fresh -d 15m -- sh job")?;
    let (begin, pause) = teller.stage.shell.wait_for(PAUSE)?;
    page.output(&format!("{begin}{pause}"))?;
    ensure(begin.contains(REGION), || {
        "the job's first call should have worked".to_owned()
    })?;
    teller.stage.aws.clear_journal();
    teller.stage.aws.set_clock(AHEAD);
    page.note("Now the clock is put right, and minutes ahead for another code: each works once.")?;
    let finished = teller.stage.shell.finished()?;
    let output = finished.output.trim_start_matches('\n');
    page.output(&format!("\n{output}"))?;
    // botocore's own words are the second.
    teller.has_failed(&finished, &["RequestExpired", "still expired"])?;
    if output.contains("RequestExpired") {
        page.note("The service refused the credentials that have ended.")?;
    } else {
        let actions = teller.actions();
        ensure(actions.is_empty(), || {
            format!("the AWS CLI asked for {actions:?} with credentials that have ended")
        })?;
        page.note(
            "The AWS CLI refused before it asked: mfaexec lets it know when the credentials end,\n\
             in AWS_CREDENTIAL_EXPIRATION. EC2 would have said RequestExpired.",
        )?;
    }
    page.remark("The next run asks again:")?;
    teller.asks(RUN)
}

fn the_curtain(teller: &mut Teller) -> Result<()> {
    let cleared = ["cleared the session of testuser"];
    teller.works("mfaexec clear", &cleared)?;
    Ok(())
}

//! Whether the program's file gives its rights to others than Grafana.

use xdplive_source::{Check, Outcome};

use crate::program_file::ProgramFile;

/// The commands that give the plugin's file its rights, for Grafana's group alone, as dumpcap is installed. In this order:
/// a new owner takes the capabilities away.
pub fn give_rights(path: &str, group: u32) -> String {
    format!(
        "sudo chown root:{group} {path} && sudo chmod 750 {path} && sudo setcap \
         cap_bpf,cap_perfmon,cap_net_admin+ep {path}"
    )
}

/// A failure where everybody on the machine may run the file with its capabilities, a warning where Grafana's user could
/// replace it.
pub(super) fn check(file: Option<&ProgramFile>) -> Option<Check> {
    let ProgramFile { path, group, is_anybodys, replaceable } = file?;
    let path = path.display().to_string();
    if *is_anybodys {
        let detail = format!(
            "every user of this machine may run {path} with its capabilities, and read packets by settings of their own"
        );
        let command = give_rights(&path, *group);
        let fix = format!("{command}, then restart Grafana");
        return Some(Check::bad("file", Outcome::Failed, detail, fix).with_commands(vec![command]));
    }
    let replaceable = replaceable.as_ref()?.display();
    let detail = format!(
        "Grafana's user may write {replaceable}, so that other plugins could put a program of theirs in this one's place"
    );
    let command = format!("sudo chown -R root:{group} {replaceable}");
    let fix = format!("{command}, then give the file its rights again");
    Some(Check::bad("file", Outcome::Warning, detail, fix).with_commands(vec![command]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> ProgramFile {
        ProgramFile { path: "/plugins/gpx".into(), group: 472, is_anybodys: false, replaceable: None }
    }

    #[test]
    fn a_file_of_grafana_s_alone_is_not_remarked_on() {
        assert_eq!(check(Some(&file())), None);
        assert_eq!(check(None), None);
    }

    #[test]
    fn one_that_everybody_may_run_fails_with_the_commands_that_fix_it() {
        let file = ProgramFile { is_anybodys: true, replaceable: Some("/plugins".into()), ..file() };
        let check = check(Some(&file)).unwrap();
        assert_eq!((check.name.as_str(), check.outcome), ("file", Outcome::Failed));
        let command = "sudo chown root:472 /plugins/gpx && sudo chmod 750 /plugins/gpx && sudo setcap \
                       cap_bpf,cap_perfmon,cap_net_admin+ep /plugins/gpx";
        assert_eq!(check.commands, [command]);
    }

    #[test]
    fn one_that_can_be_replaced_is_a_warning() {
        let file = ProgramFile { replaceable: Some("/plugins".into()), ..file() };
        let check = check(Some(&file)).unwrap();
        assert_eq!(check.outcome, Outcome::Warning);
        assert_eq!(check.commands, ["sudo chown -R root:472 /plugins"]);
    }
}

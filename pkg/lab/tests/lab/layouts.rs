//! Maps of another layout than this version goes by are not used.

use std::{fs, os::fd::OwnedFd};

use aya::maps::MapData;
use xdplive_capture::bpf::{Array, ArrayOfMaps, HashMap, LayoutError, PerCpuArray};
use xdplive_loader::maps::{Barrier, beside, cells, flow_tables, tables};
use xdplive_packet::{
    accounting::SlotCounters,
    classify::Tables,
    flow::{Beside, FlowKey, FlowRecord},
};

use crate::kernel::descriptor;

fn of<const N: usize>(maps: [MapData; N]) -> OwnedFd {
    descriptor(maps.first().unwrap())
}

fn refusal<T>(made: Result<T, LayoutError>) -> String {
    made.err().expect("it is refused").to_string()
}

#[test]
fn what_the_loader_makes_has_the_layout_of_its_types() {
    xdplive_lab::need_root();
    Array::<Tables>::new(descriptor(&tables().unwrap())).unwrap();
    PerCpuArray::<SlotCounters>::new(descriptor(&cells().unwrap())).unwrap();
    PerCpuArray::<Beside>::new(of(beside().unwrap())).unwrap();
    HashMap::<FlowKey, FlowRecord>::new(of(flow_tables(16).unwrap())).unwrap();
    let barrier = Barrier::create().unwrap();
    let [outer, _] = barrier.fds();
    ArrayOfMaps::new(outer.try_clone_to_owned().unwrap()).unwrap();
}

#[test]
fn a_map_of_another_kind_or_size_is_refused() {
    xdplive_lab::need_root();
    let advice = "install the plugin and its loader from one package";
    let table = || descriptor(&tables().unwrap());
    let size = size_of::<Tables>();
    assert_eq!(
        refusal(Array::<u64>::new(table())),
        format!(
            "a map is Array with keys of 4 and values of {size} bytes, not Array with keys of 4 and values of 8 \
             bytes; {advice}"
        )
    );
    assert_eq!(
        refusal(PerCpuArray::<Tables>::new(table())),
        format!(
            "a map is Array with keys of 4 and values of {size} bytes, not PerCpuArray with keys of 4 and values of \
             {size} bytes; {advice}"
        )
    );
    refusal(ArrayOfMaps::new(table()));
    refusal(HashMap::<u32, Tables>::new(table()));
    refusal(HashMap::<u64, FlowRecord>::new(of(flow_tables(16).unwrap())));
    refusal(HashMap::<FlowKey, u64>::new(of(flow_tables(16).unwrap())));
    let file = fs::File::open("/dev/null").unwrap();
    assert!(matches!(Array::<u64>::new(file.into()), Err(LayoutError::Unknown(_))));
}

#[test]
fn the_kernel_has_a_value_for_each_of_its_cpus() {
    xdplive_lab::need_root();
    let map = PerCpuArray::<SlotCounters>::new(descriptor(&cells().unwrap())).unwrap();
    // By /sys, which is there in a lab.
    let expected = aya::util::nr_cpus().unwrap();
    let values = map.read_all(map.count_cpus().unwrap()).unwrap();
    assert_eq!(values.len(), expected * xdplive_packet::accounting::CELLS as usize);
}

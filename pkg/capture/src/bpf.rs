//! What the plugin does with maps by the `bpf` system call (bpf(2)), for what aya 0.14 has no call: arrays of maps, many
//! elements at once, and values of any type that kernel and host share by its layout.
//!
//! The kernel reads and writes as many bytes as it has made the map for. So each type here asks the kernel for the layout
//! once, when it is made of a descriptor, and a map of another layout is refused.
//!
//! It needs no capability, only the descriptor.

mod layout;

use std::{
    io,
    marker::PhantomData,
    ops::{Deref, DerefMut},
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd},
    ptr,
};

use aya::maps::{MapData, MapType};
use aya_obj::generated::bpf_cmd::{
    self, BPF_MAP_DELETE_ELEM, BPF_MAP_LOOKUP_AND_DELETE_BATCH, BPF_MAP_LOOKUP_BATCH, BPF_MAP_LOOKUP_ELEM,
    BPF_MAP_UPDATE_ELEM,
};
use bytemuck::{Pod, zeroed_vec};
use xdplive_loader::bpf::call;

pub use self::layout::{Layout, LayoutError};

/// The part of `union bpf_attr` of commands on one element (linux/bpf.h).
#[repr(C)]
struct ElementAttributes {
    map: RawFd,
    /// Aligns the pointers.
    padding: u32,
    key: *const u32,
    value: *mut u8,
    flags: u64,
}

/// The part of `union bpf_attr` of commands on many elements.
#[repr(C)]
struct BatchAttributes {
    /// Where to go on, as the kernel said before; null to begin.
    from: *const u32,
    /// Where the kernel says where to go on.
    next: *mut u32,
    keys: *mut u8,
    values: *mut u8,
    /// Entries there is room for; afterwards, entries written.
    count: u32,
    map: RawFd,
    element_flags: u64,
    flags: u64,
}

/// Bytes of a page, by which maps are mapped. The C library was told when the process started. rustix reads it from
/// `/proc/self/auxv` before Linux 6.4, which a process that cannot be inspected may not, and panics then.
#[must_use]
pub fn page_size() -> usize {
    /// Of x86-64; of aarch64 most often.
    const USUAL: usize = 4096;
    // SAFETY: it takes a number and returns one.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).unwrap_or(USUAL)
}

/// An array of maps.
#[derive(Debug)]
pub struct ArrayOfMaps(MapData);

impl ArrayOfMaps {
    /// The map behind this descriptor.
    ///
    /// # Errors
    /// Any [`LayoutError`].
    pub fn new(map: OwnedFd) -> Result<Self, LayoutError> {
        // A value is written as a descriptor.
        layout::checked(map, Layout::new::<u32, RawFd>(MapType::ArrayOfMaps)).map(|(map, _)| Self(map))
    }

    /// Puts the map `inner` at `index`. When this returns, no program uses the map that was there, nor anything else that
    /// programs could find before the call and not since.
    ///
    /// # Errors
    /// The kernel's.
    pub fn put(&self, index: u32, inner: impl AsFd) -> io::Result<()> {
        let mut inner: RawFd = inner.as_fd().as_raw_fd();
        // SAFETY: the value of such an array is a descriptor.
        unsafe { element(BPF_MAP_UPDATE_ELEM, &self.0, index, (&raw mut inner).cast()) }
    }

    /// Takes the map at `index` out.
    ///
    /// # Errors
    /// The kernel's; [`io::ErrorKind::NotFound`] where there is none.
    pub fn take(&self, index: u32) -> io::Result<()> {
        // SAFETY: the command looks at no value.
        unsafe { element(BPF_MAP_DELETE_ELEM, &self.0, index, ptr::null_mut()) }
    }
}

/// An array of values of this type.
#[derive(Debug)]
pub struct Array<V> {
    map: MapData,
    values: PhantomData<V>,
}

impl<V: Pod> Array<V> {
    /// The map behind this descriptor.
    ///
    /// # Errors
    /// Any [`LayoutError`].
    pub fn new(map: OwnedFd) -> Result<Self, LayoutError> {
        let (map, _) = layout::checked(map, Layout::new::<u32, V>(MapType::Array))?;
        Ok(Self { map, values: PhantomData })
    }

    /// Writes the element `index`.
    ///
    /// # Errors
    /// The kernel's.
    pub fn write(&self, index: u32, value: &V) -> io::Result<()> {
        // SAFETY: the map's values have the size of `V`, and the command only reads it.
        unsafe { element(BPF_MAP_UPDATE_ELEM, &self.map, index, ptr::from_ref(value).cast_mut().cast()) }
    }
}

impl<V> AsFd for Array<V> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.map.fd().as_fd()
    }
}

/// The number of CPUs that the kernel has room for: a per-CPU map has a value for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cpus(usize);

/// A value for each CPU that the kernel has room for.
#[derive(Clone, Debug)]
pub struct PerCpu<V>(Box<[V]>);

impl<V: Pod> PerCpu<V> {
    /// All zeros.
    #[must_use]
    pub fn zeroed(cpus: Cpus) -> Self {
        Self(zeroed_vec(cpus.0).into())
    }
}

impl<V> Deref for PerCpu<V> {
    type Target = [V];

    fn deref(&self) -> &[V] {
        &self.0
    }
}

impl<V> DerefMut for PerCpu<V> {
    fn deref_mut(&mut self) -> &mut [V] {
        &mut self.0
    }
}

/// An array that has a value of this type for each CPU.
#[derive(Debug)]
pub struct PerCpuArray<V> {
    map: MapData,
    entries: u32,
    values: PhantomData<V>,
}

impl<V: Pod> PerCpuArray<V> {
    /// The map behind this descriptor.
    ///
    /// # Errors
    /// Any [`LayoutError`].
    pub fn new(map: OwnedFd) -> Result<Self, LayoutError> {
        const { assert!(size_of::<V>().is_multiple_of(8), "the kernel has values 8 bytes aligned") };
        let (map, entries) = layout::checked(map, Layout::new::<u32, V>(MapType::PerCpuArray))?;
        Ok(Self { map, entries, values: PhantomData })
    }

    /// The number of CPUs that the kernel has room for, by how much it writes for one element. What says it otherwise,
    /// /sys, is not there in every container.
    ///
    /// # Errors
    /// The kernel's; [`io::ErrorKind::InvalidData`] for a number that cannot be.
    pub fn count_cpus(&self) -> io::Result<Cpus> {
        /// More than any kernel is built for (CONFIG_NR_CPUS).
        const MOST: usize = 8192;
        let words = size_of::<V>() / size_of::<u64>();
        // What is not written by the kernel differs between two readings with different contents.
        let read = |filling: u64| {
            let mut values = vec![filling; MOST * words];
            // SAFETY: there is room for all CPUs, and any bytes are a number.
            unsafe { element(BPF_MAP_LOOKUP_ELEM, &self.map, 0, values.as_mut_ptr().cast()) }?;
            Ok::<_, io::Error>(values)
        };
        let (zeros, ones) = (read(0)?, read(u64::MAX)?);
        let written = zeros.iter().zip(&ones).rposition(|(zero, one)| !(*zero == 0 && *one == u64::MAX));
        let written = written.map_or(0, |last| last + 1);
        if written == 0 || !written.is_multiple_of(words) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Cpus(written / words))
    }

    /// Reads the element `index`.
    ///
    /// # Errors
    /// The kernel's.
    pub fn read(&self, index: u32, values: &mut PerCpu<V>) -> io::Result<()> {
        // SAFETY: there is a value of the map's size for each CPU, and any bytes are one.
        unsafe { element(BPF_MAP_LOOKUP_ELEM, &self.map, index, values.as_mut_ptr().cast()) }
    }

    /// Writes the element `index`.
    ///
    /// # Errors
    /// The kernel's.
    pub fn write(&self, index: u32, values: &PerCpu<V>) -> io::Result<()> {
        // SAFETY: there is a value of the map's size for each CPU, and the command only reads them.
        unsafe { element(BPF_MAP_UPDATE_ELEM, &self.map, index, values.as_ptr().cast_mut().cast()) }
    }

    /// Reads all elements at once: a value for each CPU of the first, then of the next. Kernel 5.13.
    ///
    /// # Errors
    /// The kernel's.
    pub fn read_all(&self, cpus: Cpus) -> io::Result<Vec<V>> {
        let entries = self.entries;
        let mut keys: Vec<u32> = zeroed_vec(entries as usize);
        let mut values: Vec<V> = zeroed_vec(entries as usize * cpus.0);
        let mut next = 0_u32;
        let mut attributes = BatchAttributes {
            from: ptr::null(),
            next: &raw mut next,
            keys: keys.as_mut_ptr().cast(),
            values: values.as_mut_ptr().cast(),
            count: entries,
            map: self.map.fd().as_fd().as_raw_fd(),
            element_flags: 0,
            flags: 0,
        };
        // SAFETY: keys and values have room for `count` elements of the map's sizes, and any bytes are one of them.
        match unsafe { call(BPF_MAP_LOOKUP_BATCH, &mut attributes) } {
            // That was the last one.
            Err(error) if error.raw_os_error() != Some(libc::ENOENT) => Err(error),
            _ if attributes.count == entries => Ok(values),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

impl<V> AsFd for PerCpuArray<V> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.map.fd().as_fd()
    }
}

/// A hash with keys and values of these types.
#[derive(Debug)]
pub struct HashMap<K, V> {
    map: MapData,
    entries: PhantomData<(K, V)>,
}

impl<K: Pod, V: Pod> HashMap<K, V> {
    /// The map behind this descriptor.
    ///
    /// # Errors
    /// Any [`LayoutError`].
    pub fn new(map: OwnedFd) -> Result<Self, LayoutError> {
        let (map, _) = layout::checked(map, Layout::new::<K, V>(MapType::Hash))?;
        Ok(Self { map, entries: PhantomData })
    }

    /// Takes every entry out, at most `batch` with one call unless a bucket has more, and hands them to `taken`. Nobody
    /// else may change the map meanwhile. Kernel 5.6.
    ///
    /// # Errors
    /// The kernel's. What was handed to `taken` is out of the map all the same.
    pub fn drain(&self, batch: usize, taken: impl FnMut(K, V)) -> io::Result<()> {
        all_entries(BPF_MAP_LOOKUP_AND_DELETE_BATCH, &self.map, batch, taken)
    }
}

/// Has a command on many entries done, which hands over a hash's entries, until it has been done to all.
fn all_entries<K: Pod, V: Pod>(
    command: bpf_cmd,
    map: &MapData,
    batch: usize,
    mut taken: impl FnMut(K, V),
) -> io::Result<()> {
    let (mut keys, mut values): (Vec<K>, Vec<V>) = (zeroed_vec(batch.max(1)), zeroed_vec(batch.max(1)));
    // The number of a bucket.
    let mut position: Option<u32> = None;
    loop {
        let mut next = 0_u32;
        let mut attributes = BatchAttributes {
            from: position.as_ref().map_or(ptr::null(), ptr::from_ref),
            next: &raw mut next,
            keys: keys.as_mut_ptr().cast(),
            values: values.as_mut_ptr().cast(),
            count: keys.len().try_into().unwrap_or(u32::MAX),
            map: map.fd().as_fd().as_raw_fd(),
            element_flags: 0,
            flags: 0,
        };
        // SAFETY: keys and values have room for `count` entries of the map's sizes, and any bytes are one of them.
        let result = unsafe { call(command, &mut attributes) };
        let error = result.as_ref().err().and_then(io::Error::raw_os_error);
        match error {
            // The next bucket alone has more than there is room for.
            Some(libc::ENOSPC) => {
                let room = keys.len() * 2;
                (keys, values) = (zeroed_vec(room), zeroed_vec(room));
                continue;
            }
            // The last entries.
            None | Some(libc::ENOENT) => {}
            Some(_) => return result.map(|_| ()),
        }
        let count = attributes.count as usize;
        keys.iter().zip(&values).take(count).for_each(|(key, value)| taken(*key, *value));
        if error.is_some() {
            return Ok(());
        }
        position = Some(next);
    }
}

/// A hash with keys and values of these types, of which those give way that were used least lately.
#[derive(Debug)]
pub struct LruHashMap<K, V> {
    map: MapData,
    entries: PhantomData<(K, V)>,
}

impl<K: Pod, V: Pod> LruHashMap<K, V> {
    /// The map behind this descriptor.
    ///
    /// # Errors
    /// Any [`LayoutError`].
    pub fn new(map: OwnedFd) -> Result<Self, LayoutError> {
        let (map, _) = layout::checked(map, Layout::new::<K, V>(MapType::LruHash))?;
        Ok(Self { map, entries: PhantomData })
    }

    /// The value of a key; `None` where there is none.
    ///
    /// # Errors
    /// The kernel's.
    pub fn get(&self, key: &K) -> io::Result<Option<V>> {
        let mut value = V::zeroed();
        let map = self.map.fd().as_fd().as_raw_fd();
        let key = ptr::from_ref(key).cast();
        let mut attributes =
            ElementAttributes { map, padding: 0, key, value: (&raw mut value).cast(), flags: 0 };
        // SAFETY: key and value have the map's sizes, and any bytes are a value.
        match unsafe { call(BPF_MAP_LOOKUP_ELEM, &mut attributes) } {
            Ok(_) => Ok(Some(value)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Hands every entry to `each`, at most `batch` with one call unless a bucket has more. What changes meanwhile may be
    /// there or not. Kernel 5.6.
    ///
    /// # Errors
    /// The kernel's.
    pub fn read_all(&self, batch: usize, each: impl FnMut(K, V)) -> io::Result<()> {
        all_entries(BPF_MAP_LOOKUP_BATCH, &self.map, batch, each)
    }
}

impl<K, V> AsFd for HashMap<K, V> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.map.fd().as_fd()
    }
}

/// A command on one element.
///
/// # Safety
/// The keys of `map` are numbers of 32 bits. `value` points to what the command and the map want, for reading and writing.
unsafe fn element(command: bpf_cmd, map: &MapData, index: u32, value: *mut u8) -> io::Result<()> {
    let map = map.fd().as_fd().as_raw_fd();
    let mut attributes = ElementAttributes { map, padding: 0, key: &raw const index, value, flags: 0 };
    // SAFETY: the key lives on, and for the value the caller answers.
    unsafe { call(command, &mut attributes) }.map(|_| ())
}

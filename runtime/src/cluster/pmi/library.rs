//! The library of a job starter: PMI-2, else PMI-1. Declared here are functions that are documented for both (Balaji et al.,
//! *PMI: A Scalable Parallel Process-Management Interface*, 2010; Slurm's `pmi2.h` and `pmi.h`).

use std::error::Error;
use std::ffi::{CStr, CString, c_char, c_int};
use std::mem::ManuallyDrop;

use libloading::os::unix::{Library as Handle, RTLD_LOCAL, RTLD_NOW};

use super::super::error::ClusterError;

/// Files of PMI-2, and then of PMI-1.
const FILES: [(&str, Version); 4] = [
    ("libpmi2.so.0", Version::Two),
    ("libpmi2.so", Version::Two),
    ("libpmi.so.0", Version::One),
    ("libpmi.so", Version::One),
];

/// The longest text that is stored.
const MAX_VALUE: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// Declares a table of functions, and how it is filled. A name is the symbol's name.
macro_rules! functions {
    ($table:ident { $( fn $name:ident($($argument:ty),*); )* }) => {
        #[expect(non_snake_case, reason = "the names of C")]
        struct $table {
            $( $name: unsafe extern "C" fn($($argument),*) -> c_int, )*
        }

        impl $table {
            fn find(handle: &Handle) -> Result<$table, libloading::Error> {
                Ok($table {
                    // SAFETY: the declared types are those of the C headers; the pointers stay valid because the
                    // library is never unloaded.
                    $( $name: *unsafe { handle.get(stringify!($name)) }?, )*
                })
            }
        }
    };
}

functions! {
    Two {
        fn PMI2_Init(*mut c_int, *mut c_int, *mut c_int, *mut c_int);
        fn PMI2_Finalize();
        fn PMI2_Job_GetId(*mut c_char, c_int);
        fn PMI2_KVS_Put(*const c_char, *const c_char);
        fn PMI2_KVS_Fence();
        fn PMI2_KVS_Get(*const c_char, c_int, *const c_char, *mut c_char, c_int, *mut c_int);
    }
}

functions! {
    One {
        fn PMI_Init(*mut c_int);
        fn PMI_Get_rank(*mut c_int);
        fn PMI_Get_size(*mut c_int);
        fn PMI_Finalize();
        fn PMI_KVS_Get_my_name(*mut c_char, c_int);
        fn PMI_KVS_Put(*const c_char, *const c_char, *const c_char);
        fn PMI_KVS_Commit(*const c_char);
        fn PMI_Barrier();
        fn PMI_KVS_Get(*const c_char, *const c_char, *mut c_char, c_int);
    }
}

enum Functions {
    One(One),
    Two(Two),
}

/// "Whoever has put it", in `PMI2_KVS_Get`.
const ANYBODY: c_int = -1;

/// A library that is loaded, and never unloaded.
pub(super) struct Library {
    file: &'static str,
    functions: Functions,
    _handle: ManuallyDrop<Handle>,
}

impl Library {
    /// The first library that knows of this job, this process's rank and the size. A library that finds no starter of
    /// its version takes the process for a job of one, which it is not if `expected` are more.
    pub(super) fn begin(expected: Option<u32>) -> Result<(Library, u32, u32), ClusterError> {
        let mut tried = Vec::new();
        for (file, version) in FILES {
            match Library::open(file, version) {
                Ok(library) => {
                    let (rank, size) = library.init()?;
                    if size > 1 || expected.is_none_or(|expected| expected <= 1) {
                        return Ok((library, rank, size));
                    }
                    library.finalize();
                    tried.push(format!("{file} takes this process for a job of its own"));
                }
                Err(error) => {
                    let told =
                        error.source().map_or_else(|| error.to_string(), |why| why.to_string());
                    tried.push(if told.contains(file) { told } else { format!("{file}: {told}") });
                }
            }
        }
        Err(ClusterError::Starter {
            problem: format!(
                "none of its libraries can be used ({}); install Slurm's libpmi2 or libpmi, start the program with \
                 `srun --mpi=pmi2`, or with `pangea run`",
                tried.join("; ")
            ),
        })
    }

    fn open(file: &'static str, version: Version) -> Result<Library, libloading::Error> {
        // SAFETY: loading runs the initializers of the system's library for this.
        let handle = unsafe { Handle::open(Some(file), RTLD_NOW | RTLD_LOCAL) }?;
        let handle = ManuallyDrop::new(handle);
        let functions = match version {
            Version::One => Functions::One(One::find(&handle)?),
            Version::Two => Functions::Two(Two::find(&handle)?),
        };
        Ok(Library { file, functions, _handle: handle })
    }

    /// Rank and size.
    fn init(&self) -> Result<(u32, u32), ClusterError> {
        let (mut spawned, mut size, mut rank, mut application) = (0, 0, 0, 0);
        // SAFETY: each call writes numbers.
        unsafe {
            match &self.functions {
                Functions::Two(on) => self.check(
                    "PMI2_Init",
                    (on.PMI2_Init)(&mut spawned, &mut size, &mut rank, &mut application),
                )?,
                Functions::One(on) => {
                    self.check("PMI_Init", (on.PMI_Init)(&mut spawned))?;
                    self.check("PMI_Get_rank", (on.PMI_Get_rank)(&mut rank))?;
                    self.check("PMI_Get_size", (on.PMI_Get_size)(&mut size))?;
                }
            }
        }
        match (u32::try_from(rank), u32::try_from(size)) {
            (Ok(rank), Ok(size)) if rank < size => Ok((rank, size)),
            _ => Err(self.wrong(&format!("says that this is rank {rank} of {size}"))),
        }
    }

    pub(super) fn put(&self, key: &str, value: &str) -> Result<(), ClusterError> {
        if value.len() >= MAX_VALUE {
            return Err(self.wrong(&format!("takes {MAX_VALUE} bytes, not {value:?}")));
        }
        let (key, value) = (self.text(key)?, self.text(value)?);
        // SAFETY: texts that end with 0.
        unsafe {
            match &self.functions {
                Functions::Two(on) => {
                    self.check("PMI2_KVS_Put", (on.PMI2_KVS_Put)(key.as_ptr(), value.as_ptr()))
                }
                Functions::One(on) => {
                    let store = self.store()?;
                    let (store, key, value) = (store.as_ptr(), key.as_ptr(), value.as_ptr());
                    self.check("PMI_KVS_Put", (on.PMI_KVS_Put)(store, key, value))?;
                    self.check("PMI_KVS_Commit", (on.PMI_KVS_Commit)(store))
                }
            }
        }
    }

    /// What anybody has put before is there for all after this.
    pub(super) fn fence(&self) -> Result<(), ClusterError> {
        // SAFETY: no arguments.
        unsafe {
            match &self.functions {
                Functions::Two(on) => self.check("PMI2_KVS_Fence", (on.PMI2_KVS_Fence)()),
                Functions::One(on) => self.check("PMI_Barrier", (on.PMI_Barrier)()),
            }
        }
    }

    pub(super) fn get(&self, key: &str) -> Result<String, ClusterError> {
        let (store, name) = (self.store()?, self.text(key)?);
        let mut value = [0_u8; MAX_VALUE];
        let (into, room) = (value.as_mut_ptr().cast(), MAX_VALUE as c_int);
        let mut len = 0;
        // SAFETY: texts that end with 0, and as much room as is said.
        unsafe {
            match &self.functions {
                Functions::Two(on) => self.check(
                    "PMI2_KVS_Get",
                    (on.PMI2_KVS_Get)(store.as_ptr(), ANYBODY, name.as_ptr(), into, room, &mut len),
                )?,
                Functions::One(on) => self.check(
                    "PMI_KVS_Get",
                    (on.PMI_KVS_Get)(store.as_ptr(), name.as_ptr(), into, room),
                )?,
            }
        }
        self.read(&value).map_err(|_| self.wrong(&format!("has no text for {key:?}")))
    }

    /// The name of the job's store.
    fn store(&self) -> Result<CString, ClusterError> {
        let mut name = [0_u8; MAX_VALUE];
        let (into, room) = (name.as_mut_ptr().cast(), MAX_VALUE as c_int);
        // SAFETY: as much room as is said.
        unsafe {
            match &self.functions {
                Functions::Two(on) => {
                    self.check("PMI2_Job_GetId", (on.PMI2_Job_GetId)(into, room))?;
                }
                Functions::One(on) => {
                    self.check("PMI_KVS_Get_my_name", (on.PMI_KVS_Get_my_name)(into, room))?;
                }
            }
        }
        self.text(&self.read(&name)?)
    }

    /// The library is not needed any more. If it says that something was wrong with that, the others, who wait for this
    /// process, need not know.
    pub(super) fn finalize(&self) {
        // SAFETY: no arguments.
        let finalized = unsafe {
            match &self.functions {
                Functions::Two(on) => self.check("PMI2_Finalize", (on.PMI2_Finalize)()),
                Functions::One(on) => self.check("PMI_Finalize", (on.PMI_Finalize)()),
            }
        };
        if let Err(error) = finalized {
            log::warn!("{error}");
        }
    }

    fn text(&self, text: &str) -> Result<CString, ClusterError> {
        CString::new(text).map_err(|_| self.wrong(&format!("cannot take {text:?}")))
    }

    fn read(&self, bytes: &[u8]) -> Result<String, ClusterError> {
        let text = CStr::from_bytes_until_nul(bytes).ok().and_then(|text| text.to_str().ok());
        text.map(str::to_owned).ok_or_else(|| self.wrong("answers with no text"))
    }

    fn check(&self, function: &str, status: c_int) -> Result<(), ClusterError> {
        match status {
            0 => Ok(()),
            _ => Err(self.wrong(&format!("failed: {function} answered {status}"))),
        }
    }

    fn wrong(&self, problem: &str) -> ClusterError {
        ClusterError::Starter { problem: format!("{} {problem}", self.file) }
    }
}

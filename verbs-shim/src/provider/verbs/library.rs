//! libibverbs, loaded at run time, so that one program runs on machines with it and without it.

use std::error::Error;
use std::ffi::{CStr, OsStr, OsString, c_char, c_int, c_void};
use std::io;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use libloading::os::unix::{Library as Handle, RTLD_LOCAL, RTLD_NOW};

use super::abi::{
    PortAttrBuffer, ibv_context, ibv_cq, ibv_device, ibv_device_attr, ibv_gid, ibv_gid_entry,
    ibv_mr, ibv_pd, ibv_qp, ibv_qp_attr, ibv_qp_init_attr,
};
use crate::error::OpenError;

/// The file that is loaded unless an option names another.
const DEFAULT_FILE: &str = "libibverbs.so.1";

/// Declares the table of the library's functions and how it is filled. A name is the symbol's name.
macro_rules! functions {
    (
        required { $( fn $required:ident($($rarg:ty),*) $(-> $rret:ty)?; )* }
        optional { $( fn $optional:ident($($oarg:ty),*) $(-> $oret:ty)?; )* }
    ) => {
        /// The functions of libibverbs that are used here. Plain `dlsym` finds the default version
        /// of each, which is the one that programs link to today.
        pub(super) struct Functions {
            $( pub(super) $required: unsafe extern "C" fn($($rarg),*) $(-> $rret)?, )*
            $( pub(super) $optional: Option<unsafe extern "C" fn($($oarg),*) $(-> $oret)?>, )*
        }

        impl Functions {
            fn find(handle: &Handle) -> Result<Functions, libloading::Error> {
                Ok(Functions {
                    // SAFETY: the declared types are those of the C headers; the pointers stay
                    // valid because the library is never unloaded.
                    $( $required: *unsafe { handle.get(stringify!($required)) }?, )*
                    $(
                        // SAFETY: as above.
                        $optional: unsafe { handle.get(stringify!($optional)) }.ok().map(|f| *f),
                    )*
                })
            }
        }
    };
}

functions! {
    required {
        fn ibv_get_device_list(*mut c_int) -> *mut *mut ibv_device;
        fn ibv_free_device_list(*mut *mut ibv_device);
        fn ibv_get_device_name(*mut ibv_device) -> *const c_char;
        fn ibv_open_device(*mut ibv_device) -> *mut ibv_context;
        fn ibv_close_device(*mut ibv_context) -> c_int;
        fn ibv_query_device(*mut ibv_context, *mut ibv_device_attr) -> c_int;
        fn ibv_query_port(*mut ibv_context, u8, *mut PortAttrBuffer) -> c_int;
        fn ibv_query_gid(*mut ibv_context, u8, c_int, *mut ibv_gid) -> c_int;
        fn ibv_alloc_pd(*mut ibv_context) -> *mut ibv_pd;
        fn ibv_dealloc_pd(*mut ibv_pd) -> c_int;
        fn ibv_reg_mr(*mut ibv_pd, *mut c_void, usize, c_int) -> *mut ibv_mr;
        fn ibv_dereg_mr(*mut ibv_mr) -> c_int;
        fn ibv_create_cq(*mut ibv_context, c_int, *mut c_void, *mut c_void, c_int) -> *mut ibv_cq;
        fn ibv_destroy_cq(*mut ibv_cq) -> c_int;
        fn ibv_create_qp(*mut ibv_pd, *mut ibv_qp_init_attr) -> *mut ibv_qp;
        fn ibv_modify_qp(*mut ibv_qp, *mut ibv_qp_attr, c_int) -> c_int;
        fn ibv_destroy_qp(*mut ibv_qp) -> c_int;
    }
    optional {
        fn _ibv_query_gid_table(*mut ibv_context, *mut ibv_gid_entry, usize, u32, usize) -> isize;
    }
}

/// The loaded library.
///
/// It is never unloaded: it loads a driver for each kind of device, and neither is made to go again
/// while the process lives. Loading a second time gives the same one.
pub(super) struct Library {
    pub(super) functions: Functions,
    _handle: ManuallyDrop<Handle>,
}

impl Library {
    /// Loads the library from `file`, or from where the system keeps it.
    ///
    /// # Errors
    /// [`OpenError::LibraryAbsent`] when there is no such file, or it is not such a library.
    pub(super) fn load(file: Option<&OsString>) -> Result<Arc<Library>, OpenError> {
        let file = file.map_or(OsStr::new(DEFAULT_FILE), OsString::as_os_str);
        let absent = |error: libloading::Error| OpenError::LibraryAbsent {
            library: file.to_string_lossy().into_owned(),
            reason: with_source(&error),
        };
        // SAFETY: loading runs the library's initializers; whoever names another file than the
        // system's vouches for it, as with any program that is started.
        let handle = unsafe { Handle::open(Some(file), RTLD_NOW | RTLD_LOCAL) }.map_err(absent)?;
        let handle = ManuallyDrop::new(handle);
        let functions = Functions::find(&handle).map_err(absent)?;
        Ok(Arc::new(Library { functions, _handle: handle }))
    }

    /// The list of devices.
    ///
    /// # Errors
    /// Three of the four faces of "no RDMA here"; the first is [`Library::load`]'s.
    pub(super) fn devices(self: &Arc<Self>) -> Result<DeviceList, OpenError> {
        let mut count: c_int = 0;
        // SAFETY: the call writes one integer.
        let list = unsafe { (self.functions.ibv_get_device_list)(&mut count) };
        if list.is_null() {
            let source = io::Error::last_os_error();
            return Err(if source.raw_os_error() == Some(libc::ENOSYS) {
                OpenError::KernelWithoutRdma
            } else {
                OpenError::Failed { operation: "ibv_get_device_list", source }
            });
        }
        let count = usize::try_from(count).unwrap_or(0);
        let list = DeviceList { library: Arc::clone(self), list, count };
        if count == 0 { Err(OpenError::NoDevice) } else { Ok(list) }
    }
}

/// The devices of the moment when it was made. A device must be opened before the list is dropped.
pub(super) struct DeviceList {
    pub(super) library: Arc<Library>,
    list: *mut *mut ibv_device,
    count: usize,
}

impl DeviceList {
    /// The devices, each valid as long as the list.
    pub(super) fn iter(&self) -> impl Iterator<Item = ListedDevice<'_>> {
        (0..self.count).map(|i| {
            // SAFETY: the library's array has `count` entries.
            let device = unsafe { *self.list.add(i) };
            ListedDevice { list: self, device }
        })
    }
}

impl Drop for DeviceList {
    fn drop(&mut self) {
        // SAFETY: the list is the library's and is freed once.
        unsafe { (self.library.functions.ibv_free_device_list)(self.list) };
    }
}

/// One device of a [`DeviceList`].
pub(super) struct ListedDevice<'a> {
    pub(super) list: &'a DeviceList,
    pub(super) device: *mut ibv_device,
}

impl ListedDevice<'_> {
    /// The kernel's name for it, such as `mlx5_0`.
    pub(super) fn name(&self) -> String {
        // SAFETY: the device is one of the list, which lives.
        let name = unsafe { (self.list.library.functions.ibv_get_device_name)(self.device) };
        if name.is_null() {
            return "(nameless)".to_owned();
        }
        // SAFETY: the library returns a string that ends in NUL and lives as long as the device.
        unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
    }

    /// Its `ibv_transport_type`.
    pub(super) fn transport(&self) -> c_int {
        // SAFETY: the device is one of the list, which lives.
        unsafe { (*self.device).transport_type }
    }
}

/// An error and what caused it: the loader's own words are one level down.
fn with_source(error: &dyn Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

/// What a call of the library that returns an error number means by it. Most return it, a few return
/// -1 and set `errno`, and some return it negated.
pub(super) fn error_of(returned: c_int) -> io::Error {
    match returned {
        -1 => io::Error::last_os_error(),
        code => io::Error::from_raw_os_error(code.saturating_abs()),
    }
}

# find_package(pangea): the targets pangea::pangea (shared) and pangea::pangea_static.

get_filename_component(_pangea_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(THREADS_PREFER_PTHREAD_FLAG ON)
include(CMakeFindDependencyMacro)
find_dependency(Threads)

if(NOT TARGET pangea::pangea)
    add_library(pangea::pangea SHARED IMPORTED)
    set_target_properties(
        pangea::pangea
        PROPERTIES
            IMPORTED_LOCATION "${_pangea_prefix}/lib/libpangea.so"
            IMPORTED_SONAME "libpangea.so.0"
            INTERFACE_INCLUDE_DIRECTORIES "${_pangea_prefix}/include"
    )
    add_library(pangea::pangea_static STATIC IMPORTED)
    set_target_properties(
        pangea::pangea_static
        PROPERTIES
            IMPORTED_LOCATION "${_pangea_prefix}/lib/libpangea.a"
            INTERFACE_INCLUDE_DIRECTORIES "${_pangea_prefix}/include"
            INTERFACE_LINK_LIBRARIES "Threads::Threads;dl;m"
    )
endif()
unset(_pangea_prefix)

# Tests choose their local names freely, so CMake's own unity build cannot compile several as one.
# revolute_test_batches(OUT NAME SOURCE...) can: OUT becomes what to compile in place of the sources, files
# NAME_<number>.cpp of up to CMAKE_UNITY_BUILD_BATCH_SIZE tests each. Such a file includes the headers of its tests first.
# Each test then stands in a namespace of its own, where its own #include lines have no effect any more.
# What is not named *_test.cpp (it defines what a header declares) stays alone, and so does what
# revolute_not_in_batches names.
function(revolute_test_batches out name)
    set(compiled ${ARGN})
    set(batched)
    foreach(source IN LISTS ARGN)
        get_source_file_property(alone ${source} SKIP_UNITY_BUILD_INCLUSION)
        if(source MATCHES "_test\\.cpp$" AND NOT alone)
            list(APPEND batched ${source})
        endif()
    endforeach()
    list(REMOVE_ITEM compiled ${batched})

    set(number 0)
    while(batched)
        list(SUBLIST batched 0 ${CMAKE_UNITY_BUILD_BATCH_SIZE} batch)
        list(REMOVE_ITEM batched ${batch})
        set(file ${CMAKE_CURRENT_BINARY_DIR}/batches/${name}_${number}.cpp)
        revolute_write_test_batch(${file} ${batch})
        list(APPEND compiled ${file})
        math(EXPR number "${number} + 1")
    endwhile()
    set(${out} ${compiled} PARENT_SCOPE)
endfunction()

function(revolute_write_test_batch file)
    set(headers)
    set(tests)
    foreach(source IN LISTS ARGN)
        cmake_path(GET source PARENT_PATH folder)
        cmake_path(GET source STEM stem)
        file(STRINGS ${source} includes REGEX "^#include")
        foreach(include IN LISTS includes)
            # What is beside the test is not beside the batch.
            string(REGEX REPLACE "\"(.*)\"" "\"${folder}/\\1\"" beside "${include}")
            string(REGEX REPLACE ".*\"(.*)\".*" "\\1" path "${beside}")
            if(EXISTS ${path})
                set(include "${beside}")
            endif()
            list(APPEND headers "${include}")
        endforeach()
        # Tests that open the library's namespace see it through the using-directive.
        string(APPEND tests "\nnamespace ${stem} {\nnamespace revolute {\nusing namespace ::revolute;\n}\n"
            "#include \"${source}\"\n}\n")
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    endforeach()
    list(REMOVE_DUPLICATES headers)
    list(JOIN headers "\n" headers)
    file(CONFIGURE OUTPUT ${file} CONTENT "${headers}\n${tests}" @ONLY)
endfunction()

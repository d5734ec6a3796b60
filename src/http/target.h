// The forms of a request target (RFC 9112 section 3.2) and the authority within (RFC 3986
// section 3.2). Nothing is decoded or normalised. Pure; any thread.
#pragma once

#include <string_view>

namespace taskgate::http {

// Why a target of allowed bytes is none of the forms that its method may have; null if it is one.
const char* target_fault(std::string_view method, std::string_view target);

// The authority of an absolute-form; empty for the other forms.
std::string_view absolute_form_authority(std::string_view target);

// uri-host [ ":" port ] with a host that is not empty, as Host has it (RFC 9110 section 7.2). No
// userinfo.
bool is_authority(std::string_view text);

// The path of a request target in any form: without query, fragment, and the
// scheme and authority of the absolute form, whose userinfo could be a password. "*" and an
// authority stay as they are.
std::string_view path_of(std::string_view target);

}  // namespace taskgate::http

